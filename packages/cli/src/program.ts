import { Command } from 'commander';
import { addHandoffCommands } from './commands/add-handoff-commands.ts';
import { addLoginCommands } from './commands/add-login-commands.ts';
import { addMailCommands } from './commands/add-mail-commands.ts';
import { addModelsCommands } from './commands/add-models-commands.ts';
import { addMovingCommands } from './commands/add-moving-commands.ts';
import { addPracticesCommands } from './commands/add-practices-commands.ts';
import { addUpkeepCommands } from './commands/add-upkeep-commands.ts';
import { loaded } from './commands/loaded.ts';
import { addMockCommand } from './commands/mock/add-mock-command.ts';
import { addProjectCommands } from './commands/project/add-project-commands.ts';
import { addPlaceFlags, addRunFlags } from './commands/run-flags.ts';
import { wholeNumber } from './commands/words-of-flags.ts';
import { EXIT } from './exit-code.ts';
import { explain } from './explain.ts';

const VARIABLES = `
Environment:
  OPENAI_API_KEY     key of OpenAI or of the server at the base URL
  OPENAI_API_BASE    base URL of an OpenAI-compatible server, used where --base-url is left out; OPENAI_BASE_URL goes before it
  ANTHROPIC_API_KEY  key of Anthropic
  GOOGLE_API_KEY     key of Google, or else GEMINI_API_KEY
  CO_API_KEY         key of Cohere, or else COHERE_API_KEY
  OVERSEER_CLIENT_SECRET  secret of the client that login signs in by, where it has one
  OVERSEER_PASSPHRASE  what --passphrase seals and opens by
  OVERSEER_KEYS      master keys that seal the journal, as id:base64; or in a file:
  OVERSEER_KEY_FILE  a file with them that you alone may read
  AWS_ACCESS_KEY_ID  key of a bucket that keeps backups; with it:
  AWS_SECRET_ACCESS_KEY  its secret
  AWS_SESSION_TOKEN  its token, of a key that ends after a while
  AWS_REGION         region of the bucket, where --region is left out
  AWS_ENDPOINT_URL   URL of the store, where --endpoint is left out
  LM_STUDIO_MODEL    model to use where --model is left out (LM Studio, http://127.0.0.1:1234/v1)
  LM_STUDIO_BASE_URL  where LM Studio is
  LM_API_TOKEN       token of LM Studio
  OLLAMA_HOST        where Ollama is (http://127.0.0.1:11434)

Exit codes: ${EXIT.done} every task verified, ${EXIT.failed} a task failed, ${EXIT.usage} wrong command line or configuration, ${EXIT.stopped} stopped, can be resumed`;

/** What adds commands that belong together, in the order of the help. */
const FAMILIES = [
  addModelsCommands,
  addProjectCommands,
  addPracticesCommands,
  addMovingCommands,
  addHandoffCommands,
  addUpkeepCommands,
  addMailCommands,
  addMockCommand,
  addLoginCommands,
];

/** Runs the `overseer` command with these arguments and returns its exit code. Never throws: what went wrong is said. */
export async function runProgram(args: readonly string[], name = 'overseer'): Promise<number> {
  let code = EXIT.done;
  const program = createProgram(name, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return explain(error);
  }
}

/** The names of all flags of `run` and `resume`, without their dashes: `model`, `no-review`. */
export function runFlagNames(): readonly string[] {
  const commands = createProgram('overseer', () => undefined).commands;
  const names = commands
    .filter((command) => ['run', 'resume'].includes(command.name()))
    .flatMap(({ options }) => options.flatMap(({ long }) => long?.slice(2) ?? []));
  return [...new Set(names)];
}

function createProgram(name: string, done: (code: number) => void): Command {
  const program = new Command(name).description(
    'Runs a team of language models under an overseer model, and is safe to leave alone.',
  );
  addRunFlags(
    program
      .command('run [goal...]')
      .description('work a goal in words, or the open tasks of a Spec Kit feature'),
  )
    .option(
      '--tasks <path>',
      'a tasks.md, a feature folder, a repository with specs/, or a saved plan',
    )
    .option(
      '--estimate',
      'say what the work will cost, and end; a goal is planned for it, by real calls',
    )
    .option('--save-plan <file>', 'plan the goal, save the plan as JSON, and end')
    .action(async (goal: readonly string[], flags) =>
      done(
        await (await loaded(() => import('./commands/run.ts'))).runCommand(
          name,
          goal.join(' '),
          flags,
        ),
      ),
    );
  addRunFlags(
    program
      .command('resume [run]')
      .description('go on with a run that was stopped or whose process died'),
  )
    .option('--tasks <path>', 'another tasks.md to tick boxes in than the one it was started with')
    .option('--save-plan <file>', 'where to save the plan, of a run that only plans, or did')
    .option('--answer <reply>', 'your answer to the oldest question that the run waits with')
    .action(async (run: string | undefined, flags) =>
      done(
        await (await loaded(() => import('./commands/resume.ts'))).resumeCommand(name, run, flags),
      ),
    );
  addPlaceFlags(
    program
      .command('status [run]')
      .description('show every run of a journal, or one run task by task'),
  )
    .option('--project <id>', 'only this project (default: every one of the journal)')
    .option('--json', 'one JSON object a line')
    .action(async (run: string | undefined, flags) =>
      done(await (await loaded(() => import('./commands/status.ts'))).statusCommand(run, flags)),
    );
  addPlaceFlags(program.command('events [run]').description('print the events of a journal'))
    .option('--project <id>', 'of this project, where the journal has several')
    .option('--after <seq>', 'only events after this place', wholeNumber('--after', 0))
    .option('--follow', 'go on with events that come')
    .option('--json', 'one JSON object a line')
    .action(async (run: string | undefined, flags) =>
      done(await (await loaded(() => import('./commands/events.ts'))).eventsCommand(run, flags)),
    );
  addPlaceFlags(
    program
      .command('doctor')
      .description('examine a journal and the place it is in: what is sound, and what it promises'),
  )
    .option('--nodes <count>', 'how many nodes share the database', wholeNumber('--nodes', 1))
    .option('--json', 'one JSON object a line')
    .action(async (flags) =>
      done(await (await loaded(() => import('./commands/doctor.ts'))).doctorCommand(flags)),
    );
  for (const add of FAMILIES) add(program, done);
  prepareAll(program);
  return program;
}

/** Has every command throw what is wrong with it, and tell of the environment in its help. */
function prepareAll(program: Command): void {
  for (const command of withSubcommands(program)) {
    command
      .exitOverride()
      .showSuggestionAfterError()
      .configureOutput({ outputError: () => undefined })
      .addHelpText('after', VARIABLES);
  }
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
