import type { Command } from 'commander';
import { loaded } from './loaded.ts';
import type { ModelsFlags } from './models.ts';
import { collect } from './words-of-flags.ts';

/** Adds `overseer models` and what is below it. `done` hears the exit code. All are loaded when one is called. */
export function addModelsCommands(program: Command, done: (code: number) => void): void {
  const models = placed(
    program
      .command('models')
      .description(
        'show how the models of the team stand, and list those that servers have: state, window, price and abilities',
      ),
  )
    .option('--repo <path>', 'the repository whose team is shown (default: the one around here)')
    .option('--journal <file>', 'the journal whose team is shown')
    .option('--watch', 'go on, and print each change in a line, until Ctrl-C')
    .option(
      '--model <name>',
      'ask the server of this model alone, as name or provider:name. Repeat for several',
      collect,
      [],
    )
    .option('--check <name>', 'say whether a model is there, by the exit code too')
    .action(async (flags: ModelsFlags) =>
      done(await (await loaded(() => import('./models.ts'))).modelsCommand(flags)),
    );
  placed(
    models.command('load <name>').description('bring a model of LM Studio or Ollama into memory'),
  ).action(async (name: string, _: ModelsFlags, command: Command) =>
    done(
      await (await loaded(() => import('./models.ts'))).moveModelCommand(
        'load',
        name,
        command.optsWithGlobals(),
      ),
    ),
  );
  placed(
    models
      .command('unload <name>')
      .description('free the memory of a model of LM Studio or Ollama'),
  ).action(async (name: string, _: ModelsFlags, command: Command) =>
    done(
      await (await loaded(() => import('./models.ts'))).moveModelCommand(
        'unload',
        name,
        command.optsWithGlobals(),
      ),
    ),
  );
}

function placed(command: Command): Command {
  return command
    .option(
      '--base-url <url>',
      'where the server is (default: $OPENAI_BASE_URL or $OPENAI_API_BASE, else LM Studio at http://127.0.0.1:1234/v1)',
    )
    .option('--json', 'one JSON object a line');
}
