import { open, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import type { Finding, ValidationContext, Validator, Verdict } from '@overseer/core/spec';
import { cleanEnv } from '../process/clean-env.ts';
import { type ProcessOutcome, runProcess } from '../process/run-process.ts';
import { checkError, workspaceOf } from './check-error.ts';
import { findUpward } from './find-upward.ts';
import { parseTscOutput } from './tsc-diagnostics.ts';

/** Which compiler on which project. */
export interface TscOptions {
  /** The compiler's file; the `typescript` package nearest to the workspace unless told. */
  readonly bin?: string;
  /** Relative to the workspace; the check's own value goes before it; `tsconfig.json` unless told. */
  readonly project?: string;
  /** Whether a missing compiler or project is a failure and not an announced skip. */
  readonly required?: boolean;
  /** In ms; 120 s unless told. */
  readonly timeoutMs?: number;
}

/** More findings than this are counted, not told. */
const FINDING_LIMIT = 30;

/**
 * Checks the workspace with its own TypeScript compiler, without writing anything. Passes when there is no diagnostic; fails
 * with one finding for each, those in changed files first.
 */
export function tsc(options: TscOptions = {}): Validator {
  const { required = false, timeoutMs = 120_000 } = options;
  return {
    spec: 'validator/1',
    tier: 'automated',
    validate: async (_, ctx) => {
      const workspace = await realpath(workspaceOf(ctx, 'tsc'));
      const project = projectOf(ctx, options.project, workspace);
      const bin = options.bin ?? (await findUpward(workspace, 'node_modules/typescript/bin/tsc'));
      if (bin === undefined)
        return missing('There is no TypeScript compiler: install it', required);
      if (!(await exists(join(workspace, project)))) {
        return missing(`There is no ${project}: add it`, required);
      }
      const [file, ...first] = await launch(bin);
      const outcome = await runProcess({
        file,
        args: [...first, '--noEmit', '--pretty', 'false', '-p', project],
        cwd: workspace,
        env: await cleanEnv(workspace, []),
        maxOutputBytes: 4_194_304,
        timeoutMs,
        group: true,
        merge: true,
        signal: ctx.signal,
      });
      return verdictOf(outcome, workspace, bin, ctx.changed, timeoutMs);
    },
  };
}

function projectOf(ctx: ValidationContext, project: string | undefined, workspace: string): string {
  const wanted = typeof ctx.value === 'string' && ctx.value !== '' ? ctx.value : project;
  const path = relative(workspace, join(workspace, wanted ?? 'tsconfig.json'));
  if (!path.startsWith('..') && !isAbsolute(wanted ?? '')) return path;
  throw checkError('check.project', `${JSON.stringify(wanted)} is not a project of the workspace.`);
}

function missing(words: string, required: boolean): Verdict {
  if (!required) return { kind: 'pass', skipped: `${words} to have types checked.` };
  return { kind: 'fail', findings: [{ message: `${words}; this check is required.` }] };
}

/** Scripts are run by this Node, programs by themselves. */
async function launch(bin: string): Promise<readonly [string, ...string[]]> {
  if (/\.[cm]?js$/.test(bin)) return [process.execPath, bin];
  const handle = await open(bin).catch((error: unknown) => {
    throw checkError('check.failed', `The compiler ${bin} cannot be opened.`, error);
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
    const start = buffer.toString('latin1', 0, bytesRead);
    return /^#!.*\bnode\b/.test(start) ? [process.execPath, bin] : [bin];
  } finally {
    await handle.close();
  }
}

function verdictOf(
  outcome: ProcessOutcome,
  workspace: string,
  bin: string,
  changed: readonly string[],
  timeoutMs: number,
): Verdict {
  if (outcome.kind === 'absent') throw checkError('check.failed', `${bin} cannot be run.`);
  if (outcome.kind === 'timed-out') {
    const message = `The TypeScript compiler did not end within ${timeoutMs / 1_000} s.`;
    return { kind: 'fail', findings: [{ message }] };
  }
  const output = outcome.stdout.text();
  const findings = changedFirst(parseTscOutput(output, workspace), changed);
  if (findings.length > 0) return failure(findings);
  if (outcome.kind === 'exited' && outcome.code === 0) return { kind: 'pass' };
  const how = outcome.kind === 'exited' ? `exit code ${outcome.code}` : outcome.by;
  const words = `The TypeScript compiler ended with ${how} and without a diagnostic: ${output.slice(0, 500)}`;
  throw checkError('check.failed', words);
}

function changedFirst(
  findings: readonly Finding[],
  changed: readonly string[],
): readonly Finding[] {
  const rank = (one: Finding): number => (changed.includes(one.file ?? '') ? 0 : 1);
  return findings.toSorted((a, b) => rank(a) - rank(b));
}

function failure(findings: readonly Finding[]): Verdict {
  const files = new Set(findings.map((one) => one.file)).size;
  return {
    kind: 'fail',
    findings: findings.slice(0, FINDING_LIMIT),
    evidence: `The TypeScript compiler found ${findings.length} errors in ${files} files.`,
  };
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
