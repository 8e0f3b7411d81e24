import { ConfigError } from '@overseer/core/plugin';
import type { Check, LimitText } from '@overseer/core/spec';
import type { Command } from 'commander';
import { collect } from './words-of-flags.ts';

/** How long runs are kept after their end. */
export type KeepRuns = 'forever' | `${number}d` | `${number}h`;

/** What `overseer run` and `overseer resume` may be told about the team and the project. */
export interface RunFlags {
  readonly repo?: string;
  readonly journal?: string;
  readonly tasks?: string;
  readonly model: readonly string[];
  readonly baseUrl?: string;
  readonly limit: readonly LimitText[];
  readonly price: readonly string[];
  readonly budget?: number;
  readonly keepRuns?: KeepRuns;
  readonly check: readonly string[];
  readonly tsc?: boolean;
  readonly review?: boolean;
  readonly estimate?: boolean;
  readonly savePlan?: string;
  readonly json?: boolean;
  readonly plain?: boolean;
}

/** The flags that say where the work is. */
export function addPlaceFlags(command: Command): Command {
  return command
    .option('--repo <path>', 'the git repository (default: the one around the current folder)')
    .option(
      '--journal <place>',
      'the journal, a file or postgres://…, with ?overseer_schema=NAME for another schema than overseer (default: .overseer/journal.db of the repository)',
    );
}

/** Adds the flags of `RunFlags` to a command, but for `--tasks`, which means something of its own to each. */
export function addRunFlags(command: Command): Command {
  return addPlaceFlags(command)
    .option(
      '--model <name>',
      'a model, as name or provider:name (anthropic, openai, google, cohere, lmstudio, ollama, server); the first is the overseer. Repeat for a team',
      collect,
      [],
    )
    .option(
      '--base-url <url>',
      'an OpenAI-compatible server (default: $OPENAI_BASE_URL or $OPENAI_API_BASE, else LM Studio at http://127.0.0.1:1234/v1)',
    )
    .option(
      '--limit <limit>',
      'for every model, such as "5 calls / 5h" or "100k tokens / 1d". Repeat for several',
      collect,
      [],
    )
    .option(
      '--price <model=in/out>',
      'dollars per million input and output tokens, such as gpt-5-mini=0.25/2. Repeat for several',
      collect,
      [],
    )
    .option('--budget <usd>', 'dollars that the run may spend at most', positive)
    .option(
      '--keep-runs <time>',
      'how long a sealed journal keeps runs after their end, such as 90d, or forever (default: 365d)',
      keepRunsOf,
    )
    .option(
      '--check <command>',
      'a command that must succeed for every task. Repeat for several',
      collect,
      [],
    )
    .option('--tsc', 'check every task with the TypeScript compiler')
    .option('--no-review', 'do not have the overseer model review every task')
    .option('--json', "print the journal's events as JSON lines")
    .option('--plain', 'print plain lines, on a terminal too');
}

/** The checks that every task gets by these flags. */
export function checksOf(flags: RunFlags): readonly Check[] {
  return [
    ...(flags.tsc === true ? [{ kind: 'tsc' }] : []),
    ...flags.check.map((value): Check => ({ kind: 'command', value })),
    ...(flags.review === false ? [] : [{ kind: 'review' }]),
  ];
}

/** The checks that can be made on everything together. */
export function wholeChecksOf(flags: RunFlags): readonly Check[] {
  return checksOf({ ...flags, review: false });
}

function keepRunsOf(value: string): KeepRuns {
  if (value === 'forever' || /^\d+[dh]$/.test(value)) return value as KeepRuns;
  throw new ConfigError(
    'config.command-line',
    `--keep-runs takes days or hours such as 90d or 12h, or forever, and got ${JSON.stringify(value)}.`,
  );
}

function positive(value: string): number {
  const amount = Number(value);
  if (Number.isFinite(amount) && amount > 0) return amount;
  throw new ConfigError(
    'config.budget',
    `--budget takes an amount of dollars above 0, such as 0.50, and got ${JSON.stringify(value)}.`,
  );
}
