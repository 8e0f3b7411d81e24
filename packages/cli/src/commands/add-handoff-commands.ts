import type { Command } from 'commander';
import type { AcceptFlags } from './accept.ts';
import type { CloseFlags } from './close-handoff.ts';
import type { SendFlags } from './handoff.ts';
import { loaded } from './loaded.ts';
import { addKeyFlag } from './moving-flags.ts';
import type { RecallFlags } from './recall-handoff.ts';
import { addPlaceFlags } from './run-flags.ts';
import { collect } from './words-of-flags.ts';

/** Adds the commands that take a project to another store; `done` hears their exit codes. Each is loaded when it is called. */
export function addHandoffCommands(program: Command, done: (code: number) => void): void {
  const command = (usage: string, words: string): Command =>
    addPlaceFlags(program.command(usage).description(words));
  const addProject = (one: Command): Command =>
    one.option('--project <id>', 'the project, where the journal has others', 'default');
  const addWord = (one: Command): Command =>
    one.option('--by <name>', 'who wants it').option('--because <reason>', 'why');
  addWord(
    addProject(
      addKeyFlag(
        command(
          'handoff <file>',
          'pack a project for another store, to be worked there and not here any more; hand-over stays within one database',
        ),
      ),
    ),
  )
    .option('--to <key>', 'for the owner of this public key, or of the one in this file')
    .option('--wait <time>', 'how long whoever works on it may take to end, such as 5m')
    .option('--late-wait <time>', 'how long its receiver waits for replies that are sent after it')
    .option(
      '--secret <name>',
      'seal what this environment variable has for the receiver. Repeat for several',
      collect,
      [],
    )
    .option('--again', 'pack it once more for a receiver that took it and has lost it')
    .option('--late', 'pack the replies that came since the project left, and nothing else')
    .action(async (file: string, flags: SendFlags) =>
      done(await (await loaded(() => import('./handoff.ts'))).handoffCommand(file, flags)),
    );
  addKeyFlag(
    command(
      'accept <file>',
      'take a project that was handed off, or late replies for it, and write the receipt',
    ),
  )
    .option(
      '--from <key>',
      'only from the owner of this public key, or of the one in this file. Repeat for several',
      collect,
      [],
    )
    .option('--model <name>', 'a model that is to work on it. Repeat for a team', collect, [])
    .option('--base-url <url>', 'an OpenAI-compatible server that has the models')
    .option('--answer <file>', 'where the receipt or refusal goes (default: <file>.answer)')
    .option('--refuse', 'where it cannot be taken, refuse it for good, so that its sender goes on')
    .option('--secrets <file>', 'write the secrets that are sealed in it to this file')
    .action(async (file: string, flags: AcceptFlags) =>
      done(await (await loaded(() => import('./accept.ts'))).acceptCommand(file, flags)),
    );
  addProject(
    command('close-handoff <answer>', 'end a handoff with what came back: a receipt, or a refusal'),
  )
    .option(
      '--trust <key>',
      'a refusal by the owner of this key counts as the receiver’s. Repeat for several',
      collect,
      [],
    )
    .option('--json', 'one JSON object')
    .action(async (answer: string, flags: CloseFlags) =>
      done(
        await (await loaded(() => import('./close-handoff.ts'))).closeHandoffCommand(answer, flags),
      ),
    );
  addWord(
    addProject(
      command('recall-handoff', 'let a project that left go on here, as nobody took it'),
    ).option('--json', 'one JSON object'),
  ).action(async (flags: RecallFlags) =>
    done(await (await loaded(() => import('./recall-handoff.ts'))).recallHandoffCommand(flags)),
  );
}
