import type { Command } from 'commander';
import { loaded } from '../loaded.ts';
import { collect, wholeNumber } from '../words-of-flags.ts';
import { FAULT_HELP } from './fault-flags.ts';
import type { MockFlags } from './mock.ts';

/** Adds `overseer mock`. `done` hears the exit code. It is loaded when it is called. */
export function addMockCommand(program: Command, done: (code: number) => void): void {
  program
    .command('mock')
    .description('serve mock models in the wire formats of all providers, until Ctrl-C')
    .option(
      '--port <number>',
      'the port on 127.0.0.1 (default: any that is free)',
      wholeNumber('--port', 0),
    )
    .option(
      '--scenario <file>',
      'what models there are and say: .json, or a module that exports `scenario`',
    )
    .option('--cassette <file>', 'answer from this recording')
    .option('--record <url>', 'pass requests on to this server, and record them into --cassette')
    .option(
      '--latency <ms>',
      'time before the first token of every model',
      wholeNumber('--latency', 0),
    )
    .option(
      '--tokens-per-second <number>',
      'speed of every model',
      wholeNumber('--tokens-per-second', 1),
    )
    .option('--limit <limit>', 'requests that every model admits: 5/60s')
    .option('--fault <kind>', FAULT_HELP, collect, [])
    .option('--seed <number>', 'what variation depends on', wholeNumber('--seed', 0))
    .option('--json', 'one JSON object a line: where it is, then each request')
    .action(async (flags: MockFlags) =>
      done(await (await loaded(() => import('./mock.ts'))).mockCommand(flags)),
    );
}
