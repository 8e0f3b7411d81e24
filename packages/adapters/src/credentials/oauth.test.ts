import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { OverseerError } from '@overseer/core/plugin';
import { createFakeClock } from '@overseer/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startAuthorisationServer } from './authorisation-server.fixture.ts';
import { fileTokens, memoryTokens, type OAuthOptions, oauth, type TokenStore } from './index.ts';

const signal = new AbortController().signal;

async function tokenFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tokens-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'tokens.json');
}

const asks = (paths: readonly string[]): number => paths.filter((path) => path === '/token').length;

describe('OAuth 2.0 against a real authorisation server', () => {
  it('M11: lets a client in by its secret, once for all calls, and again before the token expires', async () => {
    await using server = await startAuthorisationServer(600);
    const clock = createFakeClock(Date.now());
    const source = oauth({
      issuer: server.issuer,
      clientId: 'job',
      clientSecret: 'job-secret-1234',
      flow: 'client-credentials',
      clock,
    });
    const all = await Promise.all(Array.from({ length: 20 }, () => source.get({ signal })));
    expect(new Set(all.map(({ token }) => token)).size).toBe(1);
    expect(asks(server.paths)).toBe(1);
    clock.advance(530_000);
    await source.get({ signal });
    expect(asks(server.paths)).toBe(1);
    clock.advance(15_000);
    const next = await source.get({ signal });
    expect(next.token).not.toBe(all[0]?.token);
    expect(source.settle?.(next, { kind: 'refused', because: 'auth' })).toBe(true);
    const fresh = await source.get({ signal });
    expect(fresh.token).not.toBe(next.token);
    expect(source.settle?.(fresh, { kind: 'refused', because: 'auth' })).toBe(false);
    expect(asks(server.paths)).toBe(3);
  });

  it('M11: a wrong secret is told of without it', async () => {
    await using server = await startAuthorisationServer(600);
    const source = oauth({
      issuer: server.issuer,
      clientId: 'job',
      clientSecret: 'wrong-secret-99',
      flow: 'client-credentials',
    });
    const error = await source.get({ signal }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'credentials.server', retryable: false });
    expect(inspect(error, { depth: 12, showHidden: true })).toContain('invalid_client');
    expect(inspect(error, { depth: 12, showHidden: true })).not.toContain('wrong-secret-99');
  });

  it('M11: signs a person in by device, refreshes with a new refresh token each time, once for two processes, until it is revoked', {
    timeout: 30_000,
  }, async () => {
    await using server = await startAuthorisationServer(600);
    const path = await tokenFile();
    const clock = createFakeClock(Date.now());
    const options: OAuthOptions = {
      issuer: server.issuer,
      clientId: 'app',
      flow: 'device',
      scopes: ['openid', 'offline_access'],
      clock,
    };
    const source = oauth({ ...options, store: fileTokens(path) });
    await expect(source.get({ signal })).rejects.toMatchObject({ code: 'credentials.login' });
    await source.login({ signal, prompt: ({ code }) => void server.approve(code ?? '') });
    const first = await source.get({ signal });
    expect(first).toMatchObject({ bearer: true });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const before = JSON.parse(await readFile(path, 'utf8'));
    const other = oauth({ ...options, store: fileTokens(path) });
    const asked = asks(server.paths);
    clock.advance(590_000);
    const renewed = await Promise.all(
      [source, other, source, other].map((each) => each.get({ signal })),
    );
    expect(new Set(renewed.map(({ token }) => token)).size).toBe(1);
    expect(renewed[0]?.token).not.toBe(first.token);
    expect(asks(server.paths)).toBe(asked + 1);
    expect(JSON.parse(await readFile(path, 'utf8')).refreshToken).not.toBe(before.refreshToken);
    await server.revokeAll();
    clock.advance(590_000);
    const error = await source.get({ signal }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'credentials.login',
      message: expect.stringContaining('sign in again'),
    });
    await source.logout();
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('M11: loses no refreshed tokens that cannot be kept: they are kept once they can', async () => {
    await using server = await startAuthorisationServer(600);
    const clock = createFakeClock(Date.now());
    const kept = memoryTokens();
    let isFull = false;
    const store: TokenStore = {
      name: 'a full disk',
      exclusive: (work) =>
        kept.exclusive((tokens, save) =>
          work(tokens, async (given) => {
            if (isFull) throw new OverseerError('credentials.file', 'full', { retryable: true });
            await save(given);
          }),
        ),
    };
    const scopes = ['openid', 'offline_access'];
    const client = { issuer: server.issuer, clientId: 'app', flow: 'device', scopes } as const;
    const source = oauth({ ...client, store, clock });
    await source.login({ signal, prompt: ({ code }) => void server.approve(code ?? '') });
    const before = await kept.exclusive(async (tokens) => tokens);
    isFull = true;
    clock.advance(601_000);
    const asked = asks(server.paths);
    for (let nth = 0; nth < 2; nth++)
      await expect(source.get({ signal })).rejects.toMatchObject({ code: 'credentials.file' });
    isFull = false;
    const { token } = await source.get({ signal });
    // The refresh token goes out once: its server takes it for stolen where it comes again.
    expect(asks(server.paths)).toBe(asked + 1);
    const after = await kept.exclusive(async (tokens) => tokens);
    expect(after?.accessToken).toBe(token);
    expect(after?.refreshToken).not.toBe(before?.refreshToken);
  });

  it('M11: says what to do where tokens cannot be kept', async () => {
    const folder = await tokenFile();
    await writeFile(folder, 'no folder');
    const store = fileTokens(join(folder, 'tokens.json'));
    const source = oauth({ issuer: 'https://a.example', clientId: 'app', flow: 'device', store });
    await expect(source.get({ signal })).rejects.toMatchObject({
      code: 'credentials.file',
      message: expect.stringMatching(/tokens\.json cannot be kept \((ENOTDIR|EEXIST)\)/),
    });
  });

  it('M11: lets go of a sign-in that is given up', async () => {
    await using server = await startAuthorisationServer(600);
    const controller = new AbortController();
    const source = oauth({ issuer: server.issuer, clientId: 'app', flow: 'device' });
    const login = source.login({ signal: controller.signal, prompt: () => controller.abort() });
    await expect(login).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('M11: refuses tokens in a file that others may read', async () => {
    const path = await tokenFile();
    await writeFile(path, '{"accessToken":"secret-token-1"}', { mode: 0o644 });
    const source = oauth({
      issuer: 'https://login.example',
      clientId: 'app',
      flow: 'device',
      store: fileTokens(path),
    });
    await expect(source.get({ signal })).rejects.toMatchObject({ code: 'credentials.file' });
  });
});

describe('an authorisation server that misbehaves', () => {
  it.each([
    ['is another issuer', 200, '{"issuer":"https://evil.example"}', 'another issuer', false],
    ['sends HTML', 200, '<html>secret-page</html>', 'no JSON', false],
    ['redirects for ever', 302, '', 'status 302', false],
    ['is broken', 503, '', 'status 503', true],
    ['never ends', 200, 'x'.repeat(2_000_000), 'cannot be reached', true],
  ])(
    'M11: that %s is named, and followed nowhere',
    async (_what, status, body, said, retryable) => {
      let asked = 0;
      const server = createServer((_request, response) => {
        asked += 1;
        const type = body.startsWith('<') ? 'text/html' : 'application/json';
        response.writeHead(status, { 'content-type': type, location: '/again' }).end(body);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const source = oauth({
        issuer,
        clientId: 'job',
        clientSecret: 's',
        flow: 'client-credentials',
      });
      const error = await source.get({ signal }).catch((thrown: unknown) => thrown);
      server.closeAllConnections();
      server.close();
      expect(error).toMatchObject({
        code: 'credentials.server',
        retryable,
        message: expect.stringContaining(said),
      });
      expect(asked).toBe(1);
    },
  );

  it('M11: an issuer in the clear, or with a password, is refused', () => {
    for (const issuer of ['http://login.example', 'https://a:b@login.example', 'nothing']) {
      expect(() => oauth({ issuer, clientId: 'a', flow: 'device' })).toThrow(
        expect.objectContaining({ code: 'config.issuer' }),
      );
    }
  });
});
