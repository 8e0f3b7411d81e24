import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createScene, overseer } from './scene.fixture.ts';
import { startTokenServer } from './token-server.fixture.ts';

/** What a key looks like wherever it was written: as it is, encoded, and in pieces. */
function formsOf(key: string): readonly string[] {
  const pieces = Array.from({ length: key.length - 7 }, (_, at) => key.slice(at, at + 8));
  const encoded = ['', 'a', 'ab'].map((before) => {
    const text = Buffer.from(before + key).toString('base64');
    // Its ends hold bits of what stands beside it.
    return text.slice(before.length === 0 ? 0 : 4, -4);
  });
  return [...pieces, ...encoded, Buffer.from(key).toString('hex'), encodeURIComponent(key)];
}

/** A server that fails in every way it can, and repeats the key in each. */
async function startTellTale() {
  let nth = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const key = (request.headers.authorization ?? '').replace(/^Bearer /, '');
      const base64 = Buffer.from(key).toString('base64');
      const told = `the key ${key}, or ${base64}, ends in ${key.slice(-9)}, has ${key.slice(7, 17)}`;
      const refuse = (status: number, body: unknown, headers = {}): void => {
        response.writeHead(status, { 'x-request-id': key, ...headers });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      };
      if (request.url?.endsWith('/models')) {
        return refuse(200, { data: [{ id: 'boss' }, { id: 'worker' }] });
      }
      const error = { message: told, code: key, type: told };
      const ways = [
        () => refuse(500, { error }),
        () => refuse(429, { error }, { 'retry-after': '0' }),
        () =>
          refuse(200, `data: {"error":${JSON.stringify(error)}}\n\n`, {
            'content-type': 'text/event-stream',
          }),
        () => refuse(200, `data: {"choices": ${told}\n\n`, { 'content-type': 'text/event-stream' }),
        () => refuse(502, `<html>${told}</html>`),
        () => refuse(400, { error }),
        () => refuse(403, { error }),
        () => refuse(401, { error }),
      ];
      ways[nth++ % ways.length]?.();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    calls: () => nth,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

// The first two wait for most of their time until they may ask again.
describe.concurrent('a canary in place of the key', () => {
  it('M11: is in nothing that a whole run with failures of all kinds writes', {
    tags: ['slow'],
    timeout: 300_000,
  }, async () => {
    const canary = randomBytes(30).toString('base64url');
    await using server = await startTellTale();
    await using scene = await createScene(undefined, { 'README.md': '# Small\n' });
    const env = { OPENAI_API_KEY: canary };
    const models = ['--model', 'boss', '--model', 'worker', '--base-url', server.url];
    const outputs = [];
    for (const more of [[], ['--json']]) {
      outputs.push(await overseer(scene, ['run', ...models, ...more, 'Write a text'], env));
    }
    for (const args of [
      ['status'],
      ['status', '--json'],
      ['events', '--json'],
      ['doctor'],
      ['verify'],
      ['backup', 'copies'],
      ['export', 'journal.pack'],
    ]) {
      outputs.push(await overseer(scene, args, env));
    }
    expect(server.calls()).toBeGreaterThan(4);
    const texts = outputs.map(({ out, err }) => out + err);
    expect(texts.join('')).toContain('[key]');
    const files = await readdir(scene.folder, { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile())) {
      texts.push(await readFile(join(file.parentPath, file.name), 'latin1'));
    }
    expect(texts.length).toBeGreaterThan(20);
    const found = formsOf(canary).filter((form) => texts.some((text) => text.includes(form)));
    expect(found).toEqual([]);
  });

  it('M11: no access or refresh token of a sign-in is in anything but the file of tokens', {
    tags: ['slow'],
    timeout: 300_000,
  }, async () => {
    await using server = await startTellTale();
    await using tokens = await startTokenServer(30);
    await using scene = await createScene(undefined, {
      'README.md': '# Small\n',
      // The home of this command is the repository.
      '.gitignore': '.config/\n',
    });
    const models = ['--model', 'boss', '--model', 'worker', '--base-url', server.url];
    const run = ['run', ...models, 'Write a text'];
    const client = ['--issuer', tokens.issuer, '--client-id', 'app'];
    const login = ['login', 'server', ...client, '--base-url', server.url];
    const outputs = [];
    for (const args of [
      login,
      run,
      [...run, '--json'],
      ['credentials'],
      ['credentials', '--json'],
    ]) {
      outputs.push(await overseer(scene, args));
    }
    tokens.refuse();
    for (const args of [run, ['status', '--json'], ['events', '--json'], ['backup', 'copies']]) {
      outputs.push(await overseer(scene, args));
    }
    expect(server.calls()).toBeGreaterThan(4);
    expect(tokens.given.length).toBeGreaterThan(3);
    const texts = outputs.map(({ out, err }) => out + err);
    expect(texts.join('')).toContain('[key]');
    expect(texts.join('')).toContain('sign in again');
    const files = await readdir(scene.folder, { recursive: true, withFileTypes: true });
    const others = files.filter((entry) => entry.isFile() && !entry.parentPath.endsWith('/tokens'));
    expect(others.length).toBeLessThan(files.filter((entry) => entry.isFile()).length);
    for (const file of others) {
      texts.push(await readFile(join(file.parentPath, file.name), 'latin1'));
    }
    const forms = tokens.given.flatMap(formsOf);
    expect(forms.filter((form) => texts.some((text) => text.includes(form)))).toEqual([]);
  });

  it('M11: the search finds it in a file, in base64 and in part', async () => {
    const canary = randomBytes(30).toString('base64url');
    const told = [canary.slice(5, 13), Buffer.from(`x${canary}y`).toString('base64')];
    for (const text of told) {
      expect(
        formsOf(canary).some((form) => text.includes(form)),
        text,
      ).toBe(true);
    }
  });
});
