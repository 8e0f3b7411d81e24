import type { Command } from 'commander';
import { addBucketFlags, type BucketFlags } from '../setup/bucket-flags.ts';
import type { BackupFlags } from './backup.ts';
import type { ExportFlags } from './export.ts';
import type { HandOverFlags } from './hand-over.ts';
import type { ImportFlags } from './import.ts';
import { loaded } from './loaded.ts';
import {
  addKeyFlag,
  addOpenFlags,
  addSealFlags,
  type KeyFlags,
  type OpenFlags,
} from './moving-flags.ts';
import type { NodesFlags } from './nodes.ts';
import type { RestoreFlags } from './restore.ts';
import { addPlaceFlags } from './run-flags.ts';
import { collect } from './words-of-flags.ts';

/** Adds the commands that move a journal and keep it; `done` hears their exit codes. Each is loaded when it is called. */
export function addMovingCommands(program: Command, done: (code: number) => void): void {
  const command = (usage: string, words: string): Command =>
    addPlaceFlags(program.command(usage).description(words));
  command('nodes', 'show which nodes share a database, and who works on what')
    .option('--json', 'one JSON object a line')
    .action(async (flags: NodesFlags) =>
      done(await (await loaded(() => import('./nodes.ts'))).nodesCommand(flags)),
    );
  command(
    'hand-over <project>',
    'have its node give a project to another of the same database; handoff takes one to another store',
  )
    .option('--to <node>', 'to this node (default: the fittest)')
    .option('--by <name>', 'who wants it')
    .option('--because <reason>', 'why')
    .option('--json', 'one JSON object')
    .action(async (project: string, flags: HandOverFlags) =>
      done(await (await loaded(() => import('./hand-over.ts'))).handOverCommand(project, flags)),
    );
  addKeyFlag(
    command('keys', 'make a key pair, where there is none, and print its public half'),
  ).action(async (flags: KeyFlags) =>
    done((await loaded(() => import('./keys.ts'))).keysCommand(flags)),
  );
  addSealFlags(command('export <file>', 'write a signed package of a journal'))
    .option('--stream <name>', 'only this stream, whole. Repeat for several', collect, [])
    .option('--user <name>', 'what is stored of this person alone, as readable JSON lines')
    .option('--in-the-clear', 'leave what a sealed journal says readable for everybody')
    .action(async (file: string, flags: ExportFlags) =>
      done(
        flags.user === undefined
          ? await (await loaded(() => import('./export.ts'))).exportCommand(file, flags)
          : await (await loaded(() => import('./export-person.ts'))).exportPersonCommand(
              file,
              flags.user,
              flags,
            ),
      ),
    );
  addOpenFlags(command('import <file>', 'put a package into a journal'))
    .option('--receipt <file>', 'write a signed receipt for the sender')
    .action(async (file: string, flags: ImportFlags) =>
      done(await (await loaded(() => import('./import.ts'))).importCommand(file, flags)),
    );
  addBucketFlags(
    addSealFlags(command('backup <place>', 'back a journal up, to a folder or s3://bucket/prefix')),
  )
    .option('--watch', 'go on until Ctrl-C: copies, and between them what came since')
    .option('--every <time>', 'with --watch: how often all of it is copied', '1h')
    .option('--tail <time>', 'with --watch: how often what came since is shipped', '5s')
    .option('--keep <numbers>', 'the last, and the newest of so many days and weeks', '24/7/4')
    .action(async (place: string, flags: BackupFlags) =>
      done(await (await loaded(() => import('./backup.ts'))).backupCommand(place, flags)),
    );
  addBucketFlags(
    addOpenFlags(command('restore <place>', 'restore a backup to where no journal is')),
  )
    .option('--at <moment>', 'the state at a moment, such as 2026-11-27T07:00:00Z')
    .option('--skip-damaged', 'take the next older backup in place of one that is damaged')
    .action(async (place: string, flags: RestoreFlags) =>
      done(await (await loaded(() => import('./restore.ts'))).restoreCommand(place, flags)),
    );
  addBucketFlags(
    addOpenFlags(command('drill <place>', 'try a restore, and say what a lost disk would cost')),
  ).action(async (place: string, flags: OpenFlags & BucketFlags) =>
    done(await (await loaded(() => import('./drill.ts'))).drillCommand(place, flags)),
  );
}
