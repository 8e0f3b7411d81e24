import { realpath } from 'node:fs/promises';
import type { Json, Validator, Verdict } from '@overseer/core/spec';
import { cleanEnv } from '../process/clean-env.ts';
import { type ProcessOutcome, runProcess } from '../process/run-process.ts';
import { checkError, workspaceOf } from './check-error.ts';
import { lastLines, outputFindings } from './output-findings.ts';
import { splitCommand } from './split-command.ts';

/** How commands are run. */
export interface CommandOptions {
  /** What is run when the check has no value of its own. */
  readonly command?: string | readonly string[];
  /** Names of environment variables to pass on, beside PATH, HOME, TMPDIR, LANG and CI. */
  readonly env?: readonly string[];
  /** In ms; 120 s unless told. */
  readonly timeoutMs?: number;
  /** What is kept of the output; 1 MiB unless told. */
  readonly maxOutputBytes?: number;
  /** Whether an absent program is a failure (it is, unless told) or an announced skip. */
  readonly required?: boolean;
}

/**
 * Runs a command in the workspace, without a shell and with a clean environment; passes when it exits with 0. The command is
 * the check's value: a line, split as a shell would, or a list of words. Whatever it started is ended with it.
 */
export function command(options: CommandOptions = {}): Validator {
  const { timeoutMs = 120_000, maxOutputBytes = 1_048_576, required = true, env = [] } = options;
  return {
    spec: 'validator/1',
    tier: 'automated',
    permissions: ['execute'],
    validate: async (_, ctx) => {
      const words = wordsOf(ctx.value ?? (options.command as Json | undefined));
      const workspace = await realpath(workspaceOf(ctx, 'command'));
      const outcome = await runProcess({
        file: words[0] ?? '',
        args: words.slice(1),
        cwd: workspace,
        env: await cleanEnv(workspace, env),
        maxOutputBytes,
        timeoutMs,
        group: true,
        merge: true,
        signal: ctx.signal,
      });
      return verdictOf(outcome, { words, workspace, timeoutMs, required });
    },
  };
}

function wordsOf(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') {
    const split = splitCommand(value);
    if (split.kind === 'words') return split.words;
    throw checkError('check.command', split.because);
  }
  const words = Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];
  if (Array.isArray(value) && words.length === value.length && words.length > 0) return words;
  const shown = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 100);
  const text = `The check \`command\` was told ${shown}; tell it a command line or a list of words.`;
  throw checkError('check.command', text);
}

interface CommandRun {
  readonly words: readonly string[];
  readonly workspace: string;
  readonly timeoutMs: number;
  readonly required: boolean;
}

function verdictOf(outcome: ProcessOutcome, run: CommandRun): Verdict {
  const name = `\`${run.words.join(' ')}\``;
  if (outcome.kind === 'absent') return absent(run);
  if (outcome.kind === 'exited' && outcome.code === 0) {
    return { kind: 'pass', evidence: `${name} exited with 0.` };
  }
  const output = outcome.stdout.text();
  const how = `${name} ${howItEnded(outcome, run.timeoutMs)}.`;
  const found = outputFindings(output, run.workspace);
  const findings =
    outcome.kind === 'exited' && found.length > 0 ? found : [{ message: how }, ...found];
  return { kind: 'fail', findings, evidence: `${how}\n${lastLines(output)}`.trimEnd() };
}

function howItEnded(
  outcome: Exclude<ProcessOutcome, { readonly kind: 'absent' }>,
  timeoutMs: number,
): string {
  if (outcome.kind === 'exited') return `exited with ${outcome.code}`;
  if (outcome.kind === 'killed') return `was ended by ${outcome.by}`;
  return `did not end within ${timeoutMs / 1_000} s and was stopped`;
}

function absent({ words, required }: CommandRun): Verdict {
  const message = `There is no program ${JSON.stringify(words[0])}.`;
  if (!required) return { kind: 'pass', skipped: message };
  const hint = 'Install it, or name a program that is there.';
  return { kind: 'fail', findings: [{ message }], hint };
}
