import { ConfigError } from '@overseer/core/plugin';
import type { Command } from 'commander';
import { loaded } from './loaded.ts';
import type { PracticeFlags, PracticesFlags, TidyFlags } from './practices.ts';
import { addPlaceFlags } from './run-flags.ts';

/** Adds `overseer practices` and what belongs to it; `done` hears their exit codes. All are loaded when one is called. */
export function addPracticesCommands(program: Command, done: (code: number) => void): void {
  const practices = program
    .command('practices')
    .description('show and steer what was learned of models: what works with which, at which work')
    .enablePositionalOptions();
  const add = (usage: string, words: string, isDefault = false): Command =>
    addPlaceFlags(practices.command(usage, { isDefault }).description(words))
      .option('--project <id>', 'which project (default: the only one of the journal)')
      .option('--json', 'one JSON object a line');
  const addOrder = (usage: string, words: string): Command =>
    add(usage, words).requiredOption('--by <name>', 'who says so: a person');
  add('list', 'list it, as JSON lines for an export; works beside a run', true)
    .option('--model <name>', 'of this model alone, provider/id')
    .option('--kind <kind>', 'of this kind of task alone')
    .option('--framework <id>', 'with prompts of this framework alone')
    .option('--past', 'with those that nobody needs any more; JSON always has them')
    .allowExcessArguments()
    .action(async (flags: PracticesFlags, list: Command) => {
      // As the default it is given every word that is no command.
      if (list.args.length > 0) throw unknownCommand(practices, list.args);
      done(await (await loaded(() => import('./practices.ts'))).listPracticesCommand(flags));
    });
  addOrder('note <model> <note>', 'note what works with a model; an empty note takes notes back')
    .option('--kind <kind>', 'at this kind of task alone (default: all kinds)')
    .option('--framework <id>', 'with prompts of this framework alone (default: all prompts)')
    .option('--new', 'of a model, provider/id, or a framework of which nothing is known yet')
    .action(async (model: string, note: string, flags: PracticeFlags) =>
      done(
        await (await loaded(() => import('./practices.ts'))).notePracticeCommand(
          model,
          note,
          flags,
        ),
      ),
    );
  addOrder('drop <model>', 'take back what was learned of a model: one finding, or all of it')
    .option('--kind <kind>', 'at this kind of task alone (default: all kinds)')
    .option('--framework <id>', 'with prompts of this framework alone (default: all prompts)')
    .option('--pattern <words>', 'this finding alone, which is not learned again there')
    .action(async (model: string, flags: PracticeFlags) =>
      done(await (await loaded(() => import('./practices.ts'))).dropPracticeCommand(model, flags)),
    );
  addOrder('tidy', 'merge what says the same, let go of what came no more; notes stay as they are')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option(
      '--forget-after <time>',
      'let go of findings after so long, as 90d or 12h (default: 90d)',
    )
    .action(async (flags: TidyFlags) =>
      done(await (await loaded(() => import('./practices.ts'))).tidyPracticesCommand(flags)),
    );
  addOrder('import <file>', 'take over what "practices list --json" printed elsewhere')
    .option('--replace', 'in place of what is known here of the same model, kind and framework')
    .action(async (file: string, flags: PracticeFlags) =>
      done(
        await (await loaded(() => import('./practices.ts'))).importPracticesCommand(file, flags),
      ),
    );
}

function unknownCommand(practices: Command, [word]: readonly string[]): ConfigError {
  const known = practices.commands.map((command) => command.name()).join(', ');
  return new ConfigError(
    'config.command-line',
    `"overseer practices" has no command ${JSON.stringify(word)}; it has ${known}.`,
  );
}
