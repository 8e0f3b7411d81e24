import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError } from '@overseer/core/plugin';

/** What the command line of the mock service asks for. */
export type CommandLine =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'serve';
      /** An absolute path. */
      readonly scenario: string | undefined;
      readonly port: number;
      readonly countFile: string | undefined;
      readonly seed: number;
      /** How long to go on after the parent has gone, in ms; infinite without end. */
      readonly lingerMs: number;
    };

/** What `--help` prints. */
export const USAGE = `Serves mock language models on 127.0.0.1, in the wire formats of all providers.
Prints one line of JSON, {"url":…,"port":…,"pid":…}, when it is ready, and ends with its parent process.

  --scenario FILE     .json, or a module that exports \`scenario\`; without one, models answer as their names tell
  --port NUMBER       the port; 0, the default, takes any that is free
  --count-file PATH   adds a line of JSON to this file for every request that has ended
  --seed NUMBER       what jitter depends on; the default is 1
  --linger            goes on when the parent has gone
  --linger-ms NUMBER  goes on for that long when the parent has gone
  --help              prints this
`;

/** Reads a command line; a relative path starts at the working directory. Throws `ConfigError`. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const values = parse(args);
  if (values.help === true) return { kind: 'help' };
  const { scenario } = values;
  return {
    kind: 'serve',
    scenario: scenario === undefined ? undefined : resolve(scenario),
    port: wholeNumber('--port', values.port, 65_535) ?? 0,
    countFile: values['count-file'],
    seed: wholeNumber('--seed', values.seed, 2 ** 32) ?? 1,
    lingerMs:
      values.linger === true
        ? Number.POSITIVE_INFINITY
        : (wholeNumber('--linger-ms', values['linger-ms'], 2 ** 31 - 1) ?? 0),
  };
}

interface Values {
  readonly scenario?: string;
  readonly port?: string;
  readonly 'count-file'?: string;
  readonly seed?: string;
  readonly linger?: boolean;
  readonly 'linger-ms'?: string;
  readonly help?: boolean;
}

function parse(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): ConfigError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ConfigError('config.command-line', `${why} See --help.`, { cause });
}

const OPTIONS = {
  scenario: { type: 'string' },
  port: { type: 'string' },
  'count-file': { type: 'string' },
  seed: { type: 'string' },
  linger: { type: 'boolean' },
  'linger-ms': { type: 'string' },
  help: { type: 'boolean' },
} as const;

function wholeNumber(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text) && Number(text) <= most) return Number(text);
  const sentence = `${option} is ${text}; give a whole number from 0 to ${most}.`;
  throw new ConfigError('config.command-line', sentence);
}
