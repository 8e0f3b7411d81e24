import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type Login, loginOf, saveLogin } from './logins.ts';

const home = mkdtempSync(join(tmpdir(), 'logins-'));
afterAll(() => rmSync(home, { recursive: true }));

it('M11 X3: the record of a sign-in is for nobody else, also where others could read the one before', () => {
  const folder = join(home, 'overseer', 'logins');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'openai.json');
  writeFileSync(file, 'old', { mode: 0o644 });
  const login: Login = {
    provider: 'openai',
    address: 'https://example.com',
    issuer: 'https://login.example.com',
    clientId: 'app',
    scopes: [],
    flow: 'device',
  };
  const env = { XDG_CONFIG_HOME: home };
  saveLogin(login, env);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(loginOf('openai', env)).toEqual(login);
});
