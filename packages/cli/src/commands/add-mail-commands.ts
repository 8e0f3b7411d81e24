import type { Command } from 'commander';
import { loaded } from './loaded.ts';
import type { MailFlags } from './mail.ts';
import { addPlaceFlags } from './run-flags.ts';

/** Adds `overseer mail` and what belongs to it; `done` hears their exit codes. All are loaded when one is called. */
export function addMailCommands(program: Command, done: (code: number) => void): void {
  const mail = program
    .command('mail')
    .description('show messages to projects that nobody could act on, and what becomes of them')
    .enablePositionalOptions();
  const add = (usage: string, words: string): Command =>
    addPlaceFlags(mail.command(usage).description(words))
      .option('--stream <name>', 'only of this stream, such as project/default')
      .option('--json', 'one JSON object a line');
  add('list', 'list them, without what they say').action(async (flags: MailFlags) =>
    done(await (await loaded(() => import('./mail.ts'))).listMailCommand(flags)),
  );
  add('show <id>', 'print one with all that it says').action(async (id: string, flags: MailFlags) =>
    done(await (await loaded(() => import('./mail.ts'))).showMailCommand(id, flags)),
  );
  add('retry [id]', 'have one be read again')
    .option('--all', 'all of them')
    .action(async (id: string | undefined, flags: MailFlags) =>
      done(await (await loaded(() => import('./mail.ts'))).retryMailCommand(id, flags)),
    );
  add('remove [id]', 'take one out, for good')
    .option('--all', 'all of them')
    .action(async (id: string | undefined, flags: MailFlags) =>
      done(await (await loaded(() => import('./mail.ts'))).removeMailCommand(id, flags)),
    );
}
