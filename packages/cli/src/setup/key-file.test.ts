import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyOrNew, readKey } from './key-file.ts';

describe('the file of a secret key', () => {
  it('X2: is made once, whole, for its owner alone, and leaves nothing beside it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'overseer-key-'));
    const path = join(folder, 'key.secret');
    const { pair, isNew } = keyOrNew(path);
    expect(isNew).toBe(true);
    expect(keyOrNew(path)).toEqual({ pair, isNew: false });
    expect(readFileSync(path, 'utf8')).toBe(`${pair.secret}\n`);
    expect(readdirSync(folder)).toEqual(['key.secret']);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('X5: is named where it holds no key', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'overseer-key-')), 'key.secret');
    writeFileSync(path, '', { mode: 0o600 });
    expect(() => readKey(path)).toThrow(
      expect.objectContaining({ code: 'config.key-file', message: expect.stringContaining(path) }),
    );
  });
});
