import { ConfigError } from '@overseer/core/plugin';
import type { Command } from 'commander';
import { loaded } from '../loaded.ts';
import { addPlaceFlags } from '../run-flags.ts';
import { collect, wholeNumber } from '../words-of-flags.ts';
import type { ProjectFlags, ProjectOrderFlags } from './open-project.ts';
import type { EnterFlags, RollbackFlags } from './orders.ts';
import type { StateFlags } from './state.ts';

/** Adds `overseer project` and what belongs to it; `done` hears their exit codes. Each is loaded when it is called. */
export function addProjectCommands(program: Command, done: (code: number) => void): void {
  const project = program
    .command('project')
    .description('show and steer a project: its phases, checklist, checkpoints and history')
    .enablePositionalOptions();
  const add = (usage: string, words: string, isDefault = false): Command =>
    addPlaceFlags(project.command(usage, { isDefault }).description(words))
      .option('--project <id>', 'which project (default: the only one of the journal)')
      .option('--json', 'one JSON object');
  const addOrder = (usage: string, words: string): Command =>
    add(usage, words).option('--by <name>', 'who wants it').option('--because <reason>', 'why');
  add('show', 'show how it stands; works beside a run', true)
    .option('--at <seq>', 'as it stood after this event', wholeNumber('--at', 0))
    .allowExcessArguments()
    .action(async (flags: StateFlags, show: Command) => {
      // As the default it is given every word that is no command.
      if (show.args.length > 0) throw unknownCommand(project, show.args);
      done(await (await loaded(() => import('./state.ts'))).stateCommand(flags));
    });
  add('history', 'print every version of it, oldest first; works beside a run').action(
    async (flags: ProjectFlags) =>
      done(await (await loaded(() => import('./history.ts'))).historyCommand(flags)),
  );
  addOrder('define <file>', 'say what it goes through, from a JSON file').action(
    async (file: string, flags: ProjectOrderFlags) =>
      done(await (await loaded(() => import('./orders.ts'))).defineCommand(file, flags)),
  );
  addOrder('checkpoint <name>', 'make a place to which it can be taken back').action(
    async (name: string, flags: ProjectOrderFlags) =>
      done(await (await loaded(() => import('./orders.ts'))).checkpointCommand(name, flags)),
  );
  for (const verb of ['tick', 'untick'] as const) {
    const words = verb === 'tick' ? 'tick an item of the checklist' : 'take a tick back';
    addOrder(`${verb} <item>`, words).action(async (item: string, flags: ProjectOrderFlags) =>
      done(
        await (await loaded(() => import('./orders.ts'))).tickCommand(item, verb === 'tick', flags),
      ),
    );
  }
  addOrder('enter <phase>', 'go on to a phase, if its criteria hold')
    .option('--reply <kind=words>', 'to a criterion that asks. Repeat for several', collect, [])
    .action(async (phase: string, flags: EnterFlags) =>
      done(await (await loaded(() => import('./orders.ts'))).enterCommand(phase, flags)),
    );
  addOrder('rollback', 'take state and files back to a checkpoint or a phase')
    .option('--checkpoint <name>', 'to this checkpoint')
    .option('--phase <name>', 'to where this phase was last entered')
    .action(async (flags: RollbackFlags) =>
      done(await (await loaded(() => import('./orders.ts'))).rollbackCommand(flags)),
    );
}

function unknownCommand(project: Command, [word]: readonly string[]): ConfigError {
  const known = project.commands.map((command) => command.name()).join(', ');
  return new ConfigError(
    'config.command-line',
    `"overseer project" has no command ${JSON.stringify(word)}; it has ${known}.`,
  );
}
