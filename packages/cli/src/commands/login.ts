import { ConfigError } from '@overseer/core/plugin';
import { EXIT } from '../exit-code.ts';
import {
  type Login,
  loginOf,
  loginsOf,
  removeLogin,
  saveLogin,
  tokensOf,
} from '../setup/logins.ts';
import { KEY_VARIABLES, placeOfProvider } from '../setup/model-flags.ts';
import { processOutput } from '../view/presenter.ts';
import { table } from '../view/table.ts';
import { oneLine } from '../view/words.ts';
import { untilStopped } from './until-stopped.ts';

/** What `overseer login` is told. */
export interface LoginFlags {
  readonly issuer?: string;
  readonly clientId?: string;
  readonly scope: readonly string[];
  readonly browser?: boolean;
  readonly baseUrl?: string;
}

/** `overseer login`: signs in by OAuth 2.0 for one provider. Returns the exit code. */
export async function loginCommand(provider: string, flags: LoginFlags): Promise<number> {
  const login = wished(provider, flags);
  const source = tokensOf(login, process.env);
  const say = (line: string): void => processOutput().write(`${line}\n`);
  return await untilStopped('Stopped: nobody was signed in.', async ({ signal }) => {
    await source.login({
      signal,
      prompt: ({ url, code }) => {
        const what = code === undefined ? '' : ` and enter ${oneLine(code)}`;
        say(`Open ${oneLine(url)}${what}; this waits until that is done.`);
      },
    });
    saveLogin(login, process.env);
    say(`Signed in. Models of ${provider} at ${login.address} are called by this from now on.`);
    return EXIT.done;
  });
}

/** `overseer logout`: has the server forget the tokens, where it can, and forgets them here in any case. Returns the exit code. */
export async function logoutCommand(provider: string): Promise<number> {
  const login = loginOf(provider, process.env);
  if (login === undefined) throw noLogin(provider, 'nobody is signed in');
  const source = tokensOf(login, process.env);
  removeLogin(login, process.env);
  await source.logout();
  processOutput().write(`Signed out of ${provider}.\n`);
  return EXIT.done;
}

/** `overseer credentials`: where keys come from, never what they are. Returns the exit code. */
export function credentialsCommand({ json = false }: { readonly json?: boolean }): number {
  const found = sources();
  const lines = json
    ? found.map((one) => JSON.stringify(one))
    : table(
        [{ head: 'Provider' }, { head: 'Source' }, { head: 'State' }],
        found.map(({ provider, source, state }) => [provider, oneLine(source), state]),
      );
  processOutput().write(lines.map((line) => `${line}\n`).join(''));
  return EXIT.done;
}

interface Source {
  readonly provider: string;
  readonly source: string;
  readonly state: 'used' | 'not set' | 'signed in' | 'signed in, but a variable goes before it';
}

function sources(): readonly Source[] {
  const logins = loginsOf(process.env);
  return Object.entries(KEY_VARIABLES).flatMap(([provider, variables]) => {
    const used = variables.find((name) => (process.env[name] ?? '') !== '');
    const login = logins.find((one) => one.provider === provider);
    const variable: Source = {
      provider,
      source: `$${used ?? variables.join(' or $')}`,
      state: used === undefined ? 'not set' : 'used',
    };
    if (login === undefined) return [variable];
    const state = used === undefined ? 'signed in' : 'signed in, but a variable goes before it';
    return [variable, { provider, source: `${login.issuer} for ${login.address}`, state }];
  });
}

/** What is left out is as at the sign-in before. */
function wished(provider: string, flags: LoginFlags): Login {
  const before = loginOf(provider, process.env);
  const issuer = flags.issuer ?? before?.issuer;
  const clientId = flags.clientId ?? before?.clientId;
  const address =
    flags.baseUrl === undefined && before !== undefined
      ? before.address
      : placeOfProvider(provider, flags.baseUrl, process.env);
  if (issuer === undefined || clientId === undefined) {
    throw noLogin(provider, 'it is not known where: say --issuer and --client-id');
  }
  return {
    ...{ provider, address, issuer, clientId },
    scopes: flags.scope.length > 0 ? flags.scope : (before?.scopes ?? []),
    flow: flags.browser === true ? 'code' : (before?.flow ?? 'device'),
  };
}

function noLogin(provider: string, what: string): ConfigError {
  return new ConfigError('config.login', `For ${provider}, ${what}.`);
}
