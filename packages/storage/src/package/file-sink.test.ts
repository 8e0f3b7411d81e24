import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileSink } from './file-sink.ts';

describe('a file that is there whole or not at all', () => {
  it('R9: takes the place of one of its name in the end, and none before', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'overseer-sink-'));
    const path = join(folder, 'a.ovpkg');
    writeFileSync(path, 'before');
    await using sink = await fileSink(path);
    await sink.write(Buffer.from('after'));
    expect(readFileSync(path, 'utf8')).toBe('before');
    await sink.commit();
    expect(readFileSync(path, 'utf8')).toBe('after');
    expect(readdirSync(folder)).toEqual(['a.ovpkg']);
  });

  it('X5 R9: refuses a folder before anything is done', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'overseer-sink-'));
    await expect(fileSink(folder)).rejects.toMatchObject({
      code: 'package.unwritable',
      message: `${folder} is no file: name a file that is to be written.`,
    });
  });
});
