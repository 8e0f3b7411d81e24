import type { Command } from 'commander';
import { loaded } from './loaded.ts';
import type { LoginFlags } from './login.ts';
import { collect } from './words-of-flags.ts';

/** Adds the commands that look after keys; `done` hears their exit codes. Each is loaded when it is called. */
export function addLoginCommands(program: Command, done: (code: number) => void): void {
  program
    .command('login <provider>')
    .description('sign in by OAuth 2.0, so that models of a provider are called without a key')
    .option('--issuer <url>', 'the authorisation server (default: that of the sign-in before)')
    .option('--client-id <id>', 'what this program is called there')
    .option('--scope <name>', 'what is asked for. Repeat for several', collect, [])
    .option('--browser', 'by a browser on this machine, in place of a code for any device')
    .option('--base-url <url>', 'the server that the tokens are for, and go to alone')
    .action(async (provider: string, flags: LoginFlags) =>
      done(await (await loaded(() => import('./login.ts'))).loginCommand(provider, flags)),
    );
  program
    .command('logout <provider>')
    .description('forget a sign-in, here and at its server')
    .action(async (provider: string) =>
      done(await (await loaded(() => import('./login.ts'))).logoutCommand(provider)),
    );
  program
    .command('credentials')
    .description('list where keys come from, never what they are')
    .option('--json', 'one JSON object a line')
    .action(async (flags: { readonly json?: boolean }) =>
      done((await loaded(() => import('./login.ts'))).credentialsCommand(flags)),
    );
}
