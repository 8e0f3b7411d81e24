import { chmodSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../sqlite/temporary-folder.fixture.ts';
import { newMasterKey, openKeys, parseKeys } from './key-ring.ts';
import { environmentKeys, fileKeys } from './key-sources.ts';

const { newPath } = temporaryFolder(afterAll);
const secret = Buffer.alloc(32, 9);
const line = `a:${secret.toString('base64')}`;

afterEach(() => vi.unstubAllEnvs());

describe('master keys', () => {
  it('X2: are read from text, the current one first', () => {
    const ring = parseKeys(`# made in June\n${line}\n\n${newMasterKey('b')}`, 'here');
    expect(ring.current).toBe('a');
    expect(ring.keys['a']).toEqual(secret);
    expect(Object.keys(ring.keys)).toEqual(['a', 'b']);
  });

  it('X2: come from an environment variable', async () => {
    vi.stubEnv('TEST_KEYS', `${line},${newMasterKey('b')}`);
    expect((await openKeys(environmentKeys('TEST_KEYS'))).current).toBe('a');
    vi.stubEnv('TEST_KEYS', ' ');
    await expect(openKeys(environmentKeys('TEST_KEYS'))).rejects.toMatchObject({
      code: 'store.key',
      message: expect.stringContaining('TEST_KEYS'),
    });
  });

  it.skipIf(process.platform === 'win32')(
    'X2: come from a file that its owner alone may read',
    async () => {
      const path = newPath('keys');
      writeFileSync(path, line, { mode: 0o600 });
      expect((await openKeys(fileKeys(path))).keys['a']).toEqual(secret);
      chmodSync(path, 0o640);
      await expect(openKeys(fileKeys(path))).rejects.toMatchObject({
        code: 'store.key',
        message: expect.stringMatching(`^${path}.*640.*chmod 600`),
      });
      await expect(openKeys(fileKeys(newPath('keys')))).rejects.toMatchObject({
        code: 'store.key',
        message: expect.stringContaining('ENOENT'),
      });
    },
  );

  it('X2: may come from a service, whose complaints are not repeated', async () => {
    const ring = parseKeys(line, 'here');
    expect(await openKeys(async () => ring)).toBe(ring);
    const failing = openKeys(async () => {
      throw new TypeError(`refused ${line}`);
    });
    await expect(failing).rejects.toMatchObject({ code: 'store.key' });
    await failing.catch((error: Error) => {
      expect(error.message).toContain('TypeError');
      expect(error.message).not.toContain(line);
    });
  });

  it.each([
    ['too short', { current: 'a', keys: { a: Buffer.alloc(31) } }],
    ['missing', { current: 'b', keys: { a: secret } }],
    ['badly named', { current: 'a b', keys: { 'a b': secret } }],
  ])('X2: that are %s are refused', async (_what, ring) => {
    await expect(openKeys(ring)).rejects.toMatchObject({ code: 'store.key' });
  });

  it.each(['', 'a', `a:${'x'.repeat(20)}`, `:${secret.toString('base64')}`])(
    'X2: the text "%s" is none, and is not repeated',
    (text) => {
      expect(() => parseKeys(text, 'the file')).toThrow(/the file/);
      expect(() => parseKeys(`${line}\n${text}x`, 'the file')).toThrow(/^Key 2 of the file/);
    },
  );
});
