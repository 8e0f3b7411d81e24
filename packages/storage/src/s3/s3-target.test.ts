import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { systemClock } from '@overseer/core/plugin';
import { describe, expect, it } from 'vitest';
import { CREDENTIALS, putAll, readAll, targetOn, thrown } from './s3.fixture.ts';
import type { S3Options } from './s3-options.ts';
import { s3Target } from './s3-target.ts';
import { startS3 } from './test-server/index.ts';

const MIB = 1_048_576;

describe('a bucket', () => {
  it('R5: keeps what is put into it, small and large, and gives it back', async () => {
    await using server = await startS3({ pageSize: 2 });
    const target = targetOn(server, { partBytes: 5 * MIB });
    const large = randomBytes(12 * MIB + 17);
    await putAll(target, 'small.ovpkg', Buffer.from('one, '), Buffer.from('two'));
    await putAll(target, 'empty.ovpkg');
    await putAll(target, 'large.ovpkg', large.subarray(0, 7 * MIB), large.subarray(7 * MIB));
    await putAll(target, 'exact.ovpkg', large.subarray(0, 10 * MIB));
    server.kept.objects.set('a/b/notes.txt', { bytes: large, etag: '"x"', headers: {} });
    server.kept.objects.set('a/b/deeper/x.ovpkg', { bytes: large, etag: '"x"', headers: {} });
    server.kept.objects.set('a/bc.ovpkg', { bytes: large, etag: '"x"', headers: {} });

    expect(await readAll(target, 'small.ovpkg')).toEqual(Buffer.from('one, two'));
    expect((await readAll(target, 'large.ovpkg')).equals(large)).toBe(true);
    expect((await readAll(target, 'exact.ovpkg')).equals(large.subarray(0, 10 * MIB))).toBe(true);
    expect((await readAll(target, 'empty.ovpkg')).byteLength).toBe(0);
    expect(await target.list()).toEqual([
      { name: 'empty.ovpkg', bytes: 0 },
      { name: 'exact.ovpkg', bytes: 10 * MIB },
      { name: 'large.ovpkg', bytes: large.byteLength },
      { name: 'small.ovpkg', bytes: 8 },
    ]);
    const parts = server.seen.filter((one) => /partNumber.*/.test(one) && one.includes('large'));
    expect(parts).toHaveLength(3);

    await target.delete('small.ovpkg');
    await target.delete('small.ovpkg');
    expect((await target.list()).map(({ name }) => name)).not.toContain('small.ovpkg');
    expect((await thrown(readAll(target, 'small.ovpkg'))).message).toMatch(
      /^There is no small.ovpkg in s3:\/\/backups\/a\/b\.$/,
    );
    expect(server.kept.uploads.size).toBe(0);
  });

  it('R5: gives a name once, and to one alone, also where the store knows no conditions', async () => {
    for (const conditions of [true, false]) {
      await using server = await startS3({ conditions });
      const [one, other] = [targetOn(server, { partBytes: 5 * MIB }), targetOn(server)];
      const large = randomBytes(6 * MIB);
      await putAll(one, 'x.ovpkg', large);
      const taken = await thrown(putAll(other, 'x.ovpkg', Buffer.from('of another')));
      expect([taken.code, taken.retryable]).toEqual(['backup.taken', false]);
      expect(taken.message).toMatch(/x\.ovpkg .* already.*nothing was replaced/);
      expect((await readAll(other, 'x.ovpkg')).equals(large)).toBe(true);
      // What this target wrote itself it may write anew: it may not know that it did.
      await putAll(one, 'x.ovpkg', Buffer.from('again'));
      expect(String(await readAll(other, 'x.ovpkg'))).toBe('again');
    }
  });

  it('R5: shows nothing of what was not committed, and takes its parts back', async () => {
    await using server = await startS3();
    const target = targetOn(server, { partBytes: 5 * MIB });
    {
      await using sink = await target.put('x.ovpkg');
      await sink.write(randomBytes(11 * MIB));
      expect(server.kept.uploads.size).toBe(1);
    }
    expect(server.kept.uploads.size).toBe(0);
    expect(await target.list()).toEqual([]);
  });

  it('R5: sweeps what dead processes left a day before, and nothing else', async () => {
    let now = Date.parse('2026-11-27T12:00:00Z');
    await using server = await startS3({ now: () => now, pageSize: 1 });
    const clock = { ...systemClock, now: () => now };
    const left = (key: string, hours: number): void => {
      const begunAt = now - hours * 3_600_000;
      server.kept.uploads.set(key, { key, begunAt, headers: {}, parts: new Map() });
    };
    left('a/b/old.ovpkg', 25);
    left('a/b/older.ovpkg', 200);
    left('a/b/young.ovpkg', 23);
    left('a/b/not-ours.bin', 200);
    left('a/other.ovpkg', 200);
    const target = targetOn(server, { clock });
    await putAll(target, 'x.ovpkg', Buffer.from('x'));
    const stay = ['a/b/young.ovpkg', 'a/b/not-ours.bin', 'a/other.ovpkg'];
    expect([...server.kept.uploads.keys()]).toEqual(stay);
    now += 1;
    await putAll(target, 'y.ovpkg', Buffer.from('y'));
    expect(server.seen.filter((one) => one.includes('max-uploads'))).toHaveLength(4);
  });

  it('R5: is backed up to where it may not be swept', async () => {
    await using server = await startS3({
      fault: ({ query }) =>
        query.has('uploads') ? { kind: 'refuse', status: 403, code: 'AccessDenied' } : undefined,
    });
    await putAll(targetOn(server), 'x.ovpkg', Buffer.from('x'));
    expect(server.kept.objects.size).toBe(1);
  });
});

describe('what a person has to set right', () => {
  const cases: readonly (readonly [string, Partial<S3Options>, RegExp])[] = [
    [
      'a key',
      { credentials: { ...CREDENTIALS, accessKeyId: 'AKIAWRONG' } },
      /no such key; see AWS_ACCESS_KEY_ID/,
    ],
    [
      'a secret',
      { credentials: { ...CREDENTIALS, secretAccessKey: 'wr0ng' } },
      /see AWS_SECRET_ACCESS_KEY/,
    ],
    ['a bucket', { bucket: 'elsewhere' }, /there is no such bucket at 127\.0\.0\.1/],
    ['a region', { region: 'eu-west-9' }, /in the region test-region, and eu-west-9 was asked/],
    [
      'a clock that is behind',
      { clock: { ...systemClock, now: () => Date.now() - 20 * 60_000 } },
      /the clock of this machine is 20 minutes behind/,
    ],
    [
      'a clock that is before',
      { clock: { ...systemClock, now: () => Date.now() + 90 * 60_000 } },
      /the clock of this machine is 90 minutes before/,
    ],
  ];
  it.each(cases)(
    'R5 X2: %s is named at once, without keys in the error',
    async (_, options, words) => {
      await using server = await startS3();
      const error = await thrown(targetOn(server, options).list());
      expect(error.message).toMatch(words);
      expect([error.code, error.retryable]).toEqual(['backup.denied', false]);
      expect(server.seen).toHaveLength(1);
      const all = inspect(error, { depth: 9, showHidden: true });
      expect(all).not.toMatch(/AKIAWRONG|wr0ng|secret['"]|Signature=/);
    },
  );

  it('R5: a session token is sent and signed, and keys may come anew each time', async () => {
    await using server = await startS3({ known: { sessionToken: 'for an hour' } });
    expect((await thrown(targetOn(server).list())).message).toMatch(/AWS_SESSION_TOKEN/);
    let asked = 0;
    const target = targetOn(server, {
      credentials: async () => {
        asked++;
        return { ...CREDENTIALS, sessionToken: 'for an hour' };
      },
    });
    expect([await target.list(), await target.list()]).toEqual([[], []]);
    expect(asked).toBe(2);
  });

  it('R5: what a server says beside its name of the error is repeated nowhere', async () => {
    const evil =
      '<Error><Code>Evil\u001b[2J secret=abc</Code><Message>secret=abc</Message></Error>';
    await using server = await startS3({
      fault: () => ({ kind: 'change', change: () => ({ status: 418, body: Buffer.from(evil) }) }),
    });
    const error = await thrown(targetOn(server).list());
    expect(inspect(error, { depth: 9 })).not.toMatch(/secret=abc|Evil/);
    expect(error.message).toMatch(/answered 418\.$/);
  });

  it('R5: one that is not there is told with its host', async () => {
    const target = s3Target({
      bucket: 'backups',
      endpoint: 'http://127.0.0.1:1',
      credentials: CREDENTIALS,
      attempts: 2,
      backoffMs: 1,
    });
    const error = await thrown(target.list());
    expect(error.message).toMatch(/127\.0\.0\.1:1 gives no whole answer/);
    expect([error.code, error.retryable]).toEqual(['backup.target', true]);
  });
});
