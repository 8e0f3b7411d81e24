import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type LoginPrompt, type OAuthOptions, oauth } from './index.ts';

/** An authorisation server that says `device` of a device and grants nothing, and where a browser goes by `authorization`. */
async function startServer(device: object, authorization = 'https://login.example.com/enter') {
  let asked = 0;
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const issuer = `http://127.0.0.1:${port}`;
    const endpoints = {
      ...{ issuer, token_endpoint: `${issuer}/token`, authorization_endpoint: authorization },
      device_authorization_endpoint: `${issuer}/device`,
    };
    const isToken = request.url === '/token';
    if (isToken) asked++;
    const ours = { device_code: 'd', user_code: 'AB', verification_uri: issuer, expires_in: 60 };
    const known = request.url === '/device' ? { ...ours, ...device } : endpoints;
    response
      .writeHead(isToken ? 400 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(isToken ? { error: 'authorization_pending' } : known));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    issuer: `http://127.0.0.1:${port}`,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function login(issuer: string, flow: 'device' | 'code', patienceMs = 5_000) {
  const shown: LoginPrompt[] = [];
  const source = oauth({ issuer, clientId: 'app', flow });
  const signal = AbortSignal.timeout(patienceMs);
  const prompt = (one: LoginPrompt): void => void shown.push(one);
  const error: unknown = await source.login({ signal, prompt }).catch((thrown: unknown) => thrown);
  return { shown, error };
}

const UNFIT = expect.objectContaining({ code: 'credentials.server' });

describe('an authorisation server that means harm', () => {
  it('M11: is not asked without a pause, however long a pause it wants', async () => {
    await using server = await startServer({ interval: 1e9 });
    const { error } = await login(server.issuer, 'device', 200);
    expect(error).toMatchObject({ name: 'TimeoutError' });
    expect(server.asked()).toBe(0);
  });

  it('M11: is waited for no longer than its code lives', async () => {
    await using server = await startServer({ interval: 1e9, expires_in: 1 });
    const { error } = await login(server.issuer, 'device');
    expect(error).toMatchObject({ code: 'credentials.login' });
    expect(server.asked()).toBe(0);
  });

  it.each([
    ['a script for an address', { verification_uri: 'javascript:alert(1)' }],
    ['an address that anybody could read', { verification_uri: 'http://example.com/enter' }],
    ['a file with the code', { verification_uri_complete: 'file:///etc/passwd' }],
    ['a name in an address', { verification_uri: 'https://you@example.com/' }],
    ['a code that moves the cursor', { user_code: '\u001b[2Jhello' }],
    ['a code without end', { user_code: 'x'.repeat(10_000) }],
  ])('M11 X3: shows nobody %s', async (_, device) => {
    await using server = await startServer({ interval: 1, ...device });
    const { shown, error } = await login(server.issuer, 'device');
    expect([shown, error]).toEqual([[], UNFIT]);
  });

  it('M11 X3: shows an address as a browser reads it', async () => {
    await using server = await startServer({ verification_uri: 'https://a.example/\u001b[2J' });
    const { shown } = await login(server.issuer, 'device', 200);
    expect(shown[0]?.url).toBe('https://a.example/%1B[2J');
  });

  it('M11 X3: sends no browser to a script', async () => {
    await using server = await startServer({}, 'javascript:alert(1)');
    const { shown, error } = await login(server.issuer, 'code', 1_000);
    expect([shown, error]).toEqual([[], UNFIT]);
  });
});

it.each<readonly [string, object]>([
  ['a flow that there is not', { flow: 'password' }],
  ['a client without an id', { clientId: ' ' }],
])('M11: refuses %s at once', (_, wrong) => {
  const right = { issuer: 'https://login.example.com', clientId: 'app', flow: 'device' };
  expect(() => oauth({ ...right, ...wrong } as OAuthOptions)).toThrow(
    expect.objectContaining({ code: 'config.oauth' }),
  );
});
