import { OverseerError } from '@overseer/core/plugin';
import { Command, CommanderError } from 'commander';
import { eventsCommand } from './commands/events.ts';
import { resumeCommand } from './commands/resume.ts';
import { runCommand } from './commands/run.ts';
import { addRunFlags } from './commands/run-flags.ts';
import { statusCommand } from './commands/status.ts';
import { EXIT } from './exit-code.ts';

const VARIABLES = `
Environment:
  OPENAI_API_KEY     key of OpenAI or of the server at the base URL
  OPENAI_API_BASE    base URL of an OpenAI-compatible server, used where --base-url is left out
  ANTHROPIC_API_KEY  key of Anthropic
  LM_STUDIO_MODEL    model to use where --model is left out (LM Studio, http://127.0.0.1:1234/v1)

Exit codes: ${EXIT.done} every task verified, ${EXIT.failed} a task failed, ${EXIT.usage} wrong command line or configuration, ${EXIT.stopped} stopped, can be resumed`;

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

/** Says in one sentence what went wrong, with the code to look it up by; the stack only where nobody planned for it. */
export function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (OverseerError.is(error)) {
    process.stderr.write(`${error.message} [${error.code}]\n`);
    return /^(config|source|plan|workspace)\./.test(error.code) ? EXIT.usage : EXIT.failed;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`Something broke that should not have: ${stack}\n`);
  return EXIT.failed;
}

function createProgram(name: string, done: (code: number) => void): Command {
  const program = new Command(name)
    .description(
      'Runs a team of language models under an overseer model, and is safe to leave alone.',
    )
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('(--help shows every option)')
    .addHelpText('after', VARIABLES);
  addRunFlags(
    program
      .command('run [goal...]')
      .description('work a goal in words, or the open tasks of a Spec Kit feature'),
  )
    .option('--tasks <path>', 'a tasks.md, a feature folder, or a repository with specs/')
    .action(async (goal: readonly string[], flags) =>
      done(await runCommand(goal.join(' '), flags)),
    );
  addRunFlags(
    program
      .command('resume [run]')
      .description('go on with a run that was stopped or whose process died'),
  )
    .option(
      '--tasks <path>',
      'the tasks.md that the run was started with, so that its boxes can be ticked',
    )
    .action(async (run: string | undefined, flags) => done(await resumeCommand(run, flags)));
  program
    .command('status [run]')
    .description('show every run of a journal, or one run task by task')
    .option('--repo <path>', 'the git repository (default: the one around the current folder)')
    .option('--journal <path>', 'the journal (default: .overseer/journal.db of the repository)')
    .option('--json', 'one JSON object a line')
    .action(async (run: string | undefined, flags) => done(await statusCommand(run, flags)));
  program
    .command('events [run]')
    .description('print the events of a journal')
    .option('--repo <path>', 'the git repository (default: the one around the current folder)')
    .option('--journal <path>', 'the journal (default: .overseer/journal.db of the repository)')
    .option('--after <seq>', 'only events after this place', Number)
    .option('--follow', 'go on with events that come')
    .option('--json', 'one JSON object a line')
    .action(async (run: string | undefined, flags) => done(await eventsCommand(run, flags)));
  for (const command of program.commands) command.exitOverride().addHelpText('after', VARIABLES);
  return program;
}
