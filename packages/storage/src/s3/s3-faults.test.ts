import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../package/code-of.fixture.ts';
import { failing, putAll, readAll, targetOn, thrown } from './s3.fixture.ts';
import { type S3RequestSeen, startS3 } from './test-server/index.ts';

const MIB = 1_048_576;
const isPut = ({ method, key }: S3RequestSeen): boolean => method === 'PUT' && key !== '';
const isPart = ({ query }: S3RequestSeen): boolean => query.has('partNumber');
const isComplete = ({ method, query }: S3RequestSeen): boolean =>
  method === 'POST' && query.has('uploadId');
const isRead = ({ method, key }: S3RequestSeen): boolean => method === 'GET' && key !== '';
const isList = ({ query }: S3RequestSeen): boolean => query.has('list-type');

describe('a store that fails for a while', () => {
  const SLOW = { kind: 'refuse', status: 503, code: 'SlowDown' } as const;
  it.each([
    ['asks to slow down', SLOW],
    ['breaks', { kind: 'refuse', status: 500, code: 'InternalError' }],
    ['goes away before it did it', { kind: 'drop', when: 'before' }],
    ['goes away after it did it', { kind: 'drop', when: 'after' }],
    ['says that it was cut', { kind: 'refuse', status: 400, code: 'IncompleteBody' }],
  ] as const)('R5 R9: %s: it is tried again, and done once', async (_, fault) => {
    for (const is of [isPut, isPart, isComplete, isRead, isList]) {
      await using server = await startS3({ fault: failing(2, is, fault) });
      const target = targetOn(server, { partBytes: 5 * MIB });
      const large = randomBytes(6 * MIB);
      await putAll(target, 'small.ovpkg', Buffer.from('small'));
      await putAll(target, 'large.ovpkg', large);
      expect(String(await readAll(target, 'small.ovpkg'))).toBe('small');
      expect((await readAll(target, 'large.ovpkg')).equals(large)).toBe(true);
      expect(await target.list()).toHaveLength(2);
      expect(server.kept.uploads.size).toBe(0);
    }
  });

  it('R5 R9: waits as long as it asks to, and no longer than the patience lasts', async () => {
    const asking = { ...SLOW, headers: { 'retry-after': '1' } };
    await using server = await startS3({ fault: failing(1, isPut, asking) });
    const from = performance.now();
    await putAll(targetOn(server), 'x.ovpkg', Buffer.from('x'));
    expect(performance.now() - from).toBeGreaterThanOrEqual(1_000);

    const long = { ...SLOW, headers: { 'retry-after': '3600' } };
    await using slower = await startS3({ fault: failing(1, isPut, long) });
    const error = await thrown(putAll(targetOn(slower), 'x.ovpkg', Buffer.from('x')));
    expect(error.message).toMatch(/answered 503 SlowDown\.$/);
    expect([error.code, error.retryable]).toEqual(['backup.target', true]);
  });

  it('R5: reads on where it was cut, from the byte that is missing', async () => {
    const bytes = randomBytes(3 * MIB);
    await using server = await startS3({
      fault: failing(3, isRead, { kind: 'cut', bytes: 500_000 }),
    });
    const target = targetOn(server);
    await putAll(target, 'x.ovpkg', bytes);
    expect((await readAll(target, 'x.ovpkg')).equals(bytes)).toBe(true);
    expect(server.seen.filter((one) => one.startsWith('GET a/b/x'))).toHaveLength(4);
  });

  it('R5: never joins two objects where one was exchanged while it was read', async () => {
    await using server = await startS3({
      fault: failing(1, isRead, { kind: 'cut', bytes: 400_000 }),
    });
    const target = targetOn(server);
    await putAll(target, 'x.ovpkg', randomBytes(MIB));
    const reading = target.get('x.ovpkg').read()[Symbol.asyncIterator]();
    await reading.next();
    await target.delete('x.ovpkg');
    await putAll(target, 'x.ovpkg', randomBytes(MIB));
    const rest = (async () => {
      while ((await reading.next()).done !== true);
    })();
    expect((await thrown(rest)).message).toMatch(/was exchanged while it was read/);
  });

  it('R5: gives up one that is silent, and says for how long it was', async () => {
    await using server = await startS3({ fault: failing(9, isList, { kind: 'hang' }) });
    const error = await thrown(targetOn(server, { timeoutMs: 40, attempts: 2 }).list());
    expect(error.message).toMatch(/gives no whole answer \(silent for 1 s\)/);
    expect(server.seen).toHaveLength(2);
    const controller = new AbortController();
    const { signal } = controller;
    const listing = targetOn(server, { signal }).list();
    setTimeout(() => controller.abort(), 30);
    await expect(listing).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('R5: is given up after so many tries, and nothing half stays', async () => {
    await using server = await startS3({ fault: failing(99, isComplete, SLOW) });
    const target = targetOn(server, { partBytes: 5 * MIB, attempts: 3 });
    expect(await codeOf(putAll(target, 'x.ovpkg', randomBytes(6 * MIB)))).toBe('backup.target');
    expect(server.seen.filter((one) => /^POST .*uploadId/.test(one))).toHaveLength(3);
    expect([server.kept.objects.size, server.kept.uploads.size]).toEqual([0, 0]);
  });
});

describe('a store that lies', () => {
  it('R5: an error behind status 200 is one', async () => {
    await using server = await startS3({
      fault: failing(1, isComplete, {
        kind: 'change',
        change: () => ({
          status: 200,
          body: Buffer.from('<?xml version="1.0"?>\n<Error><Code>InternalError</Code></Error>'),
        }),
      }),
    });
    const large = randomBytes(6 * MIB);
    const target = targetOn(server, { partBytes: 5 * MIB });
    await putAll(target, 'x.ovpkg', large);
    expect((await readAll(target, 'x.ovpkg')).equals(large)).toBe(true);
  });

  it('R5: a wrong or missing ETag of a part makes no backup', async () => {
    for (const headers of [{ etag: '"0123"' }, {}]) {
      await using server = await startS3({
        fault: failing(1, isPart, { kind: 'change', change: () => ({ status: 200, headers }) }),
      });
      const target = targetOn(server, { partBytes: 5 * MIB });
      const error = await thrown(putAll(target, 'x.ovpkg', randomBytes(6 * MIB)));
      expect(error.message).toMatch(/InvalidPart|a part without an ETag/);
      expect([server.kept.objects.size, server.kept.uploads.size]).toEqual([0, 0]);
    }
  });

  it.each([
    ['is cut in the middle', (text: string) => text.slice(0, -30)],
    ['has no next page', (text: string) => text.replace(/<NextContinuationToken>.*?<\/.*?>/, '')],
    [
      'does not say whether there is more',
      (text: string) => text.replace(/<IsTruncated>.*?<\/.*?>/, ''),
    ],
    ['is another document', () => '<html>Welcome</html>'],
    [
      'begins anew for ever',
      (text: string) => text.replace(/(<NextContinuationToken>).*?(<)/, '$1AAAA$2'),
    ],
  ])('R5: a list that %s is no list', async (_, change) => {
    await using server = await startS3({
      pageSize: 1,
      fault: (request) =>
        isList(request)
          ? {
              kind: 'change',
              change: (made) => ({ ...made, body: Buffer.from(change(String(made.body))) }),
            }
          : undefined,
    });
    const target = targetOn(server);
    for (const name of ['x', 'y', 'z']) await putAll(target, `${name}.ovpkg`, Buffer.from(name));
    expect((await thrown(target.list())).message).toMatch(/a list of .* that is not whole/);
  });
});
