import type { Command } from 'commander';
import type { AuditFlags } from './audit.ts';
import type { EraseFlags } from './erase.ts';
import { loaded } from './loaded.ts';
import type { RepairFlags } from './repair.ts';
import { addPlaceFlags } from './run-flags.ts';
import type { UpkeepFlags } from './upkeep.ts';

/** Adds the commands that look after a journal. `done` hears their exit codes. Each is loaded when it is called. */
export function addUpkeepCommands(program: Command, done: (code: number) => void): void {
  addPlaceFlags(program.command('verify'))
    .description('say whether all of a journal is what was written; works beside a run')
    .option('--json', 'one JSON object')
    .action(async (flags: UpkeepFlags) =>
      done(await (await loaded(() => import('./verify.ts'))).verifyCommand(flags)),
    );
  addPlaceFlags(program.command('repair'))
    .description('make a sound journal of a damaged one; of a file, in a new file')
    .option(
      '--out <file>',
      'the new file (default: beside the journal, ending in .repaired); of a database, the file for what is damaged',
    )
    .option('--json', 'one JSON object')
    .action(async (flags: RepairFlags) =>
      done(await (await loaded(() => import('./repair.ts'))).repairCommand(flags)),
    );
  addPlaceFlags(program.command('audit'))
    .description('write every event with what proves it, as JSON lines')
    .option('--out <file>', 'a new file, instead of the standard output')
    .option('--check <file>', 'check such a file by itself, without the journal')
    .option('--json', 'with --check: one JSON object')
    .action(async (flags: AuditFlags) =>
      done(await (await loaded(() => import('./audit.ts'))).auditCommand(flags)),
    );
  addPlaceFlags(program.command('seal'))
    .description('seal all of a journal that is in the clear; a database, beside nodes that work')
    .option('--json', 'one JSON object')
    .action(async (flags: UpkeepFlags) =>
      done(await (await loaded(() => import('./seal.ts'))).sealCommand(flags)),
    );
  addPlaceFlags(program.command('compact [journal]'))
    .description('remove large values that nothing names any more, and old snapshots')
    .option('--json', 'one JSON object')
    .action(async (journal: string | undefined, flags: UpkeepFlags) =>
      done(await (await loaded(() => import('./compact.ts'))).compactCommand(journal, flags)),
    );
  addPlaceFlags(program.command('erase [run]'))
    .description('make what a finished run said unreadable for good')
    .option('--user <name>', 'all runs of this person, instead of one run')
    .option('--by <name>', 'who wants it')
    .option('--because <reason>', 'why')
    .option('--json', 'one JSON object')
    .action(async (run: string | undefined, flags: EraseFlags) =>
      done(await (await loaded(() => import('./erase.ts'))).eraseCommand(run, flags)),
    );
  addPlaceFlags(program.command('rotate-keys'))
    .description('wrap the data keys of a journal under the current master key')
    .option('--json', 'one JSON object')
    .action(async (flags: UpkeepFlags) =>
      done(await (await loaded(() => import('./seal.ts'))).rotateCommand(flags)),
    );
  program
    .command('master-key [id]')
    .description('print a new master key (its id is the date, where none is given)')
    .action(async (id: string | undefined) =>
      done((await loaded(() => import('./seal.ts'))).masterKeyCommand(id)),
    );
}
