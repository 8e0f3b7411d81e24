import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileTokens, type OAuthCredentials, oauth } from '@overseer/adapters/credentials';
import { ConfigError, defined } from '@overseer/core/plugin';
import type { Environment } from './environment.ts';

/** A sign-in that was made for one provider at one address; nothing in it is secret. */
export interface Login {
  readonly provider: string;
  /** Its tokens go to no other address. */
  readonly address: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly flow: 'device' | 'code';
}

/** The variable that has the secret of a client that was given one, so that it stands in no list of processes. */
const CLIENT_SECRET = 'OVERSEER_CLIENT_SECRET';

/** The sign-ins of this user, by provider. Throws `ConfigError` `config.login` for a record that nobody can read. */
export function loginsOf(env: Environment): readonly Login[] {
  const folder = folderOf(env);
  return namesIn(folder)
    .filter((name) => /^[a-z]+\.json$/.test(name))
    .sort()
    .map((name) => readLogin(join(folder, name)));
}

/** The sign-in for a provider, wherever that is. Throws `ConfigError`. */
export function loginOf(provider: string, env: Environment): Login | undefined {
  return loginsOf(env).find((login) => login.provider === provider);
}

/** Keeps what a sign-in was made by, for the next one. */
export function saveLogin(login: Login, env: Environment): void {
  const folder = folderOf(env);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${login.provider}.json`);
  writeFileSync(file, `${JSON.stringify(login)}\n`, { mode: 0o600 });
  // A file that was there keeps its mode.
  chmodSync(file, 0o600);
}

/** Forgets what a sign-in was made by. */
export function removeLogin({ provider }: Login, env: Environment): void {
  rmSync(join(folderOf(env), `${provider}.json`), { force: true });
}

/** The tokens of a sign-in, as keys; they are kept in a file beside its record, for this user alone. */
export function tokensOf(login: Login, env: Environment): OAuthCredentials {
  const { provider, issuer, clientId, scopes, flow } = login;
  return oauth({
    ...{ issuer, clientId, scopes, flow },
    ...defined({ clientSecret: env[CLIENT_SECRET] || undefined }),
    store: fileTokens(join(folderOf(env), 'tokens', `${provider}.json`)),
  });
}

function folderOf(env: Environment): string {
  return join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'overseer', 'logins');
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function readLogin(path: string): Login {
  try {
    const { provider, address, issuer, clientId, scopes, flow } = JSON.parse(
      readFileSync(path, 'utf8'),
    );
    const isWhole = [provider, address, issuer, clientId].every((one) => typeof one === 'string');
    if (isWhole && Array.isArray(scopes) && (flow === 'device' || flow === 'code')) {
      return { provider, address, issuer, clientId, scopes, flow };
    }
  } catch {
    // Said below.
  }
  throw new ConfigError('config.login', `The file ${path} holds no sign-in: remove it.`);
}
