import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOverseer } from '@overseer/core';
import { environmentKeys, newMasterKey } from '@overseer/storage/at-rest';
import { type S3TestServer, startS3 } from '@overseer/storage/s3/test-server';
import { sqlite } from '@overseer/storage/sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { team } from '../moving.fixture.ts';
import { overseer, start } from '../scene.fixture.ts';

let folder: string;
let server: S3TestServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overseer-'));
  server = await startS3();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Runs the command, and wants that exit code of it. */
async function say(code: number, args: readonly string[], env: Record<string, string> = {}) {
  const ended = await overseer({ folder }, args, { ...server.env, ...env });
  expect([ended.code, code === 0 ? ended.err : ''], ended.err).toEqual([code, '']);
  return ended;
}

/** A journal with a run in it, sealed where there are keys; its id. */
async function work(keys?: string): Promise<string> {
  if (keys !== undefined) vi.stubEnv('OVERSEER_KEYS', keys);
  const sealed = keys === undefined ? {} : { encryption: { keys: environmentKeys() } };
  await using one = await createOverseer({
    ...team(),
    store: sqlite(join(folder, 'a.db'), sealed),
  });
  const run = one.run({ tasks: [{ instruction: 'Say open sesame.' }] });
  await run.result;
  return run.id;
}

const PLACE = 's3://backups/team/one';
const A = ['--journal', 'a.db'];
const B = ['--journal', 'b/b.db', '--key', 'key.secret'];

describe('backups in a bucket', { tags: ['slow'], timeout: 120_000 }, () => {
  it('A6 R5: backup, drill, restore and a watch, from the command line', async () => {
    await work();
    await rm(join(folder, 'key.secret'), { force: true });
    expect((await say(0, ['keys', ...A])).out).toMatch(/ovpub1_/);
    expect((await say(0, ['backup', PLACE, ...A])).out).toMatch(/-full\.ovpkg: all of .*a\.db/);
    expect((await say(0, ['drill', PLACE, ...A])).out).toMatch(/is whole: .* every event/);
    const watch = start(
      { folder },
      ['backup', PLACE, ...A, '--watch', '--tail', '100ms'],
      server.env,
    );
    await watch.until(/-full\.ovpkg/);
    const run = await work();
    await watch.until(/-tail-/);
    watch.kill('SIGINT');
    expect((await watch.ended).code).toBe(0);
    await say(0, ['restore', PLACE, ...B]);
    expect((await say(0, ['status', run, '--journal', 'b/b.db'])).out).toContain('completed');
    const keys = [...server.kept.objects.keys()];
    expect(keys.every((key) => /^team\/one\/[\w-]+\.ovpkg$/.test(key))).toBe(true);
    expect(server.kept.uploads.size).toBe(0);
  });

  it('A6 R5 X2: what is wrong is said in a sentence, without keys', async () => {
    await work();
    await say(0, ['keys', ...A]);
    const wrong = { AWS_SECRET_ACCESS_KEY: 'wr0ng-secret' };
    const tellings = [
      [
        await say(2, ['backup', PLACE, ...A], wrong),
        /see AWS_SECRET_ACCESS_KEY .*\[backup\.denied\]/,
      ],
      [
        await say(2, ['drill', PLACE, ...A, '--region', 'eu-west-9']),
        /--region .*\[backup\.denied\]/,
      ],
      [await say(2, ['backup', 's3://nowhere/x', ...A]), /no such bucket .*\[backup\.denied\]/],
      [await say(2, ['backup', 's3://', ...A]), /no place for backups.*\[config\.bucket\]/],
      [await say(2, ['restore', PLACE, ...B]), /no backup in it\. \[backup\.none\]/],
      [
        await say(2, ['backup', PLACE, ...A], { AWS_ACCESS_KEY_ID: '' }),
        /AWS_ACCESS_KEY_ID is not set.*\[config\.bucket\]/,
      ],
      [
        await say(2, ['backup', PLACE, ...A, '--endpoint', 'http://s3.example.com']),
        /--plain-http.*\[config\.bucket\]/,
      ],
    ] as const;
    for (const [{ err }, words] of tellings) {
      expect(err).toMatch(words);
      expect(err).not.toMatch(/wr0ng/);
    }
    expect(server.kept.objects.size).toBe(0);
  });

  it.each(['kept', PLACE])(
    'A6 R5 X2: a sealed journal goes to %s and back, sealed all the way',
    async (place) => {
      const keys = newMasterKey('first');
      const env = { OVERSEER_KEYS: keys };
      await work(keys);
      await say(0, ['keys', ...A]);
      const key = JSON.parse((await say(0, ['keys', ...A, '--json'])).out);
      const watching = ['backup', place, ...A, '--watch', '--tail', '100ms'];
      expect((await say(1, watching, env)).err).toMatch(/\[backup\.unsealed\]/);

      await say(0, ['backup', place, ...A], env);
      expect((await say(0, ['drill', place, ...A], env)).out).toMatch(/every event of the journal/);
      const other = await overseer({ folder }, ['drill', place, ...A], {
        ...server.env,
        OVERSEER_KEYS: newMasterKey('other'),
      });
      expect(other.code).not.toBe(0);

      const args = [...watching, '--to', key.public];
      const watch = start({ folder }, args, { ...server.env, ...env });
      await watch.until(/-full\.ovpkg/);
      const run = await work(keys);
      await watch.until(/-tail-/);
      watch.kill('SIGINT');
      expect((await watch.ended).code).toBe(0);
      await say(0, ['restore', place, ...B], env);
      const status = ['status', run, '--journal', 'b/b.db'];
      expect((await say(0, status, env)).out).toContain('completed');
      expect((await readFile(join(folder, 'b/b.db'))).includes('open sesame')).toBe(false);
      const unsealed = await overseer({ folder }, status, server.env);
      expect([unsealed.code, unsealed.out]).toEqual([expect.any(Number), '']);
      expect(unsealed.code).not.toBe(0);
      for (const { bytes } of server.kept.objects.values()) {
        expect(bytes.includes('open sesame')).toBe(false);
      }
      expect(existsSync(join(folder, 'kept'))).toBe(place === 'kept');
    },
  );
});
