import { OverseerError } from '@overseer/core/plugin';
import { type ProcessOutcome, runProcess } from '../process/run-process.ts';
import { gitEnv } from './git-env.ts';

/** How one git command is run. */
export interface GitCall {
  /** Where; the repository's folder unless told. */
  readonly cwd?: string;
  /** More variables (`GIT_DIR`, `GIT_INDEX_FILE`, …). */
  readonly env?: Readonly<Record<string, string>>;
  /** More settings, each `name=value`. */
  readonly settings?: readonly string[];
  readonly input?: string;
  /** Exit codes that are answers; only 0 unless told. */
  readonly codes?: readonly number[];
  readonly signal: AbortSignal;
}

/** What a git command answered. */
export interface GitAnswer {
  readonly code: number;
  readonly text: string;
  readonly bytes: Buffer;
}

/** Runs git commands in one repository. Throws `workspace.git` when git refuses, with what it said. */
export type Git = (args: readonly string[], call: GitCall) => Promise<GitAnswer>;

/** No command that we run may take longer. */
const TIMEOUT_MS = 120_000;
const MAX_OUTPUT_BYTES = 134_217_728;

/** Hooks, prompts, colours, background work and the file monitor are off: nothing runs that was not asked for. */
const SETTINGS = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.splitIndex=false',
  'color.ui=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'log.showSignature=false',
  'advice.detachedHead=false',
];

/** For what must outlive a power cut: objects and the branch are on disk before git says so. */
export const DURABLE: readonly string[] = [
  'core.fsync=objects,reference',
  'core.fsyncMethod=batch',
];

/** Makes a runner for the repository in `folder`. */
export function createGit(folder: string, bin: string = 'git'): Git {
  return async (args, call) => {
    const settings = [...SETTINGS, ...(call.settings ?? [])].flatMap((one) => ['-c', one]);
    const outcome = await runProcess({
      file: bin,
      args: [...settings, ...args],
      cwd: call.cwd ?? folder,
      env: { ...gitEnv(), ...call.env },
      ...(call.input === undefined ? {} : { input: call.input }),
      maxOutputBytes: MAX_OUTPUT_BYTES,
      timeoutMs: TIMEOUT_MS,
      signal: call.signal,
    });
    if (outcome.kind === 'absent') throw absent(bin, call.cwd ?? folder);
    const problem = problemOf(outcome, call.codes ?? [0]);
    if (problem !== undefined) throw refused(args, folder, problem);
    const bytes = outcome.stdout.bytes();
    return { code: outcome.kind === 'exited' ? outcome.code : -1, text: bytes.toString(), bytes };
  };
}

function problemOf(
  outcome: Exclude<ProcessOutcome, { readonly kind: 'absent' }>,
  codes: readonly number[],
): string | undefined {
  const said = outcome.stderr.text().trim().slice(-2_000);
  if (outcome.kind === 'timed-out') return `it did not end within ${TIMEOUT_MS / 1_000} s. ${said}`;
  if (outcome.kind === 'killed') return `it was ended by ${outcome.by}. ${said}`;
  if (!codes.includes(outcome.code)) return said === '' ? `exit code ${outcome.code}.` : said;
  return outcome.stdout.dropped > 0 ? 'it answered too much to read.' : undefined;
}

function refused(args: readonly string[], folder: string, said: string): OverseerError {
  const words = `git ${args[0] ?? ''} failed in ${folder}: ${said}`;
  return new OverseerError('workspace.git', words);
}

function absent(bin: string, folder: string): OverseerError {
  const words = `The program ${bin} cannot be run in ${folder}: install git 2.38 or newer, and see that the folder exists.`;
  return new OverseerError('workspace.git', words);
}
