import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { createFakeClock } from '@overseer/core/testing';
import { describe, expect, it } from 'vitest';
import { startAuthorisationServer } from './authorisation-server.fixture.ts';
import { type OAuthCredentials, oauth } from './index.ts';

const signal = new AbortController().signal;
const SCOPES = ['openid', 'offline_access'];

/** Signs in, where `browser` decides what becomes of the address. Gives what it was opened as, and how it ended. */
async function login(
  source: OAuthCredentials,
  browser: (url: URL) => Promise<unknown>,
): Promise<unknown> {
  let browsing: Promise<unknown> = Promise.resolve();
  const prompt = ({ url }: { readonly url: string }): void => {
    browsing = browser(new URL(url));
  };
  const end = await source.login({ signal, prompt }).catch((error: unknown) => error);
  await browsing;
  return end;
}

/** Comes back to the program with these parameters, over those that are right. */
async function comeBack(asked: URL, changed: Readonly<Record<string, string>>): Promise<number> {
  const back = new URL(asked.searchParams.get('redirect_uri') ?? '');
  const right = { state: asked.searchParams.get('state') ?? '', code: 'code-of-somebody' };
  for (const [name, value] of Object.entries({ ...right, ...changed })) {
    back.searchParams.set(name, value);
  }
  return (await fetch(back)).status;
}

describe('signing in by a browser on this machine', () => {
  it('M11: gets tokens by a code with PKCE, and refreshes them', async () => {
    await using server = await startAuthorisationServer(600);
    const clock = createFakeClock(Date.now());
    const { issuer } = server;
    const source = oauth({ issuer, clientId: 'app', flow: 'code', scopes: SCOPES, clock });
    const asked: URL[] = [];
    const end = await login(source, async (url) => {
      asked.push(url);
      return fetch(await server.browse(url.href));
    });
    expect(end).toBeUndefined();
    const sent = Object.fromEntries(asked[0]?.searchParams ?? []);
    expect(sent).toMatchObject({ code_challenge_method: 'S256', response_type: 'code' });
    expect(sent['redirect_uri']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    const first = await source.get({ signal });
    clock.advance(590_000);
    expect((await source.get({ signal })).token).not.toBe(first.token);
    // Nobody listens any more.
    await expect(fetch(sent['redirect_uri'] ?? '')).rejects.toThrow('fetch failed');
  });

  it('M11: turns away answers of another state, path, method or host, and goes on to wait', async () => {
    await using server = await startAuthorisationServer(600);
    const { issuer } = server;
    const source = oauth({ issuer, clientId: 'app', flow: 'code', scopes: SCOPES });
    const turnedAway: number[] = [];
    const end = await login(source, async (url) => {
      turnedAway.push(await comeBack(url, { state: 'another-state' }));
      turnedAway.push(await comeBack(url, { state: '', error: 'access_denied' }));
      const back = new URL(url.searchParams.get('redirect_uri') ?? '');
      back.searchParams.set('state', url.searchParams.get('state') ?? '');
      turnedAway.push((await fetch(back, { method: 'POST' })).status);
      turnedAway.push((await fetch(new URL(`/other${back.search}`, back))).status);
      turnedAway.push(await statusFor(back, `evil.example:${back.port}`));
      return fetch(await server.browse(url.href));
    });
    expect(end).toBeUndefined();
    expect(turnedAway).toEqual([400, 400, 400, 400, 400]);
  });

  it.each([
    ['names another issuer', { iss: 'https://evil.example' }, 'names another issuer'],
    ['names no issuer, of a server that does', {}, 'names no issuer'],
  ])('M11: an answer that %s is not used: its code goes nowhere', async (_what, changed, said) => {
    await using server = await startAuthorisationServer(600);
    const source = oauth({ issuer: server.issuer, clientId: 'app', flow: 'code' });
    const error = await login(source, (url) => comeBack(url, changed));
    expect(error).toMatchObject({
      code: 'credentials.server',
      message: expect.stringContaining(said),
    });
    expect(inspect(error, { depth: 12, showHidden: true })).not.toContain('code-of-somebody');
    expect(server.paths).not.toContain('/token');
  });

  it('M11: a wrong code, and a person who says no, are told of', async () => {
    await using server = await startAuthorisationServer(600);
    const source = oauth({ issuer: server.issuer, clientId: 'app', flow: 'code' });
    const iss = server.issuer;
    for (const [changed, said] of [
      [{ iss }, '(invalid_grant)'],
      [{ iss, error: 'access_denied' }, '(access_denied)'],
    ] as const) {
      const error = await login(source, (url) => comeBack(url, changed));
      expect(error).toMatchObject({
        code: 'credentials.login',
        message: expect.stringContaining(said),
      });
      expect(inspect(error, { depth: 12, showHidden: true })).not.toContain('code-of-somebody');
    }
  });

  it('M11: lets go of a sign-in that is given up, and of its port', async () => {
    await using server = await startAuthorisationServer(600);
    const source = oauth({ issuer: server.issuer, clientId: 'app', flow: 'code' });
    const controller = new AbortController();
    let back = '';
    const given = source.login({
      signal: controller.signal,
      prompt: ({ url }) => {
        back = new URL(url).searchParams.get('redirect_uri') ?? '';
        controller.abort();
      },
    });
    await expect(given).rejects.toMatchObject({ name: 'AbortError' });
    await expect(fetch(back)).rejects.toThrow('fetch failed');
  });
});

describe('a server that is known by its endpoints', () => {
  it('M11: is asked there, without a look for metadata', async () => {
    const paths: string[] = [];
    const server = createServer((asked, response) => {
      paths.push(asked.url ?? '');
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"access_token":"token-1","token_type":"bearer","expires_in":600}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const endpoints = { token: `${origin}/t`, authorization: `${origin}/a` };
    const job = oauth({
      endpoints,
      clientId: 'job',
      clientSecret: 's',
      flow: 'client-credentials',
    });
    expect(job.keyId).toBe(`oauth ${origin} job`);
    expect((await job.get({ signal })).token).toBe('token-1');
    const app = oauth({ endpoints, clientId: 'app', flow: 'code' });
    expect(await login(app, (url) => comeBack(url, { iss: 'https://evil.example' }))).toMatchObject(
      { code: 'credentials.server' },
    );
    expect(await login(app, (url) => comeBack(url, {}))).toBeUndefined();
    expect((await app.get({ signal })).token).toBe('token-1');
    await expect(
      oauth({ endpoints, clientId: 'a', flow: 'device' }).login({ signal, prompt: () => {} }),
    ).rejects.toMatchObject({
      code: 'credentials.server',
      message: expect.stringContaining('does not offer this way'),
    });
    server.closeAllConnections();
    server.close();
    expect(paths).toEqual(['/t', '/t']);
  });

  it('M11: must be https, and something has to be said of it', () => {
    for (const place of [
      {},
      { endpoints: { token: 'http://login.example/token' } },
      { issuer: 'https://a.example', endpoints: { token: 'https://a:b@login.example/token' } },
    ]) {
      expect(() => oauth({ ...place, clientId: 'a', flow: 'code' })).toThrow(
        expect.objectContaining({ code: 'config.issuer' }),
      );
    }
  });
});

/** `fetch` does not let a host be said. */
function statusFor(url: URL, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}
