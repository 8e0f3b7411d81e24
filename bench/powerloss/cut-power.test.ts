import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seeded } from '../harness/random.ts';
import { afterCut, cutPower } from './cut-power.ts';
import { type Change, unsyncedChanges } from './shim-log.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

/** A write as it stands in the log. */
function write(offset: number, text: string, before: string): Change {
  const old = bytes(before).subarray(offset, offset + text.length);
  return { kind: 'write', offset, oldSize: before.length, old, bytes: bytes(text) };
}

function record(kind: number, inode: bigint, change: Partial<Change> = {}): Buffer {
  const { offset = 0, oldSize = 0, old = bytes(''), bytes: after = bytes('') } = change;
  const head = Buffer.alloc(40);
  head.writeUInt32LE(0x504c4f47, 0);
  head.writeUInt32LE(kind, 4);
  head.writeBigUInt64LE(inode, 8);
  head.writeBigInt64LE(BigInt(offset), 16);
  head.writeBigInt64LE(BigInt(oldSize), 24);
  head.writeUInt32LE(old.length, 32);
  head.writeUInt32LE(after.length, 36);
  return Buffer.concat([head, old, after]);
}

describe('what a power cut leaves of a file', () => {
  it('R1: nothing that was not synced, when all is dropped', () => {
    const changes = [write(0, 'ABC', 'abcd'), write(2, 'XYZ', 'ABCd')];
    expect(afterCut(bytes('ABXYZ'), changes, 'drop', seeded(1)).toString()).toBe('abcd');
  });

  it('R1: a truncation is undone too', () => {
    const cut: Change = {
      kind: 'truncate',
      offset: 1,
      oldSize: 4,
      old: bytes('bcd'),
      bytes: bytes(''),
    };
    expect(afterCut(bytes('a'), [cut], 'drop', seeded(1)).toString()).toBe('abcd');
  });

  it('R1: a change that was noted and never made changes nothing', () => {
    expect(afterCut(bytes('abcd'), [write(4, 'efgh', 'abcd')], 'drop', seeded(1)).toString()).toBe(
      'abcd',
    );
  });

  it('R1: sectors of one write survive each by itself', () => {
    const change = write(0, 'x'.repeat(512 * 64), '');
    const left = afterCut(Buffer.from(change.bytes), [change], 'random', seeded(1));
    const sectors = Array.from({ length: 64 }, (_, index) =>
      left.subarray(index * 512, index * 512 + 512).toString(),
    ).filter((sector) => sector.length > 0);
    const whole = sectors.filter((sector) => sector === 'x'.repeat(512));
    const gone = sectors.filter((sector) => sector === '\0'.repeat(512));
    expect(whole.length).toBeGreaterThan(10);
    expect(gone.length).toBeGreaterThan(10);
    expect(whole.length + gone.length).toBe(sectors.length);
  });

  it('R1: what a sync came after stays, and a record that was cut short does not count', () => {
    const log = Buffer.concat([
      record(1, 7n, write(0, 'a', '')),
      record(3, 7n),
      record(1, 7n, write(1, 'b', 'a')),
      record(1, 8n, write(0, 'c', '')),
      record(1, 8n, write(1, 'd', 'c')).subarray(0, 40),
    ]);
    const unsynced = unsyncedChanges(log);
    expect([...unsynced.keys()]).toEqual([7n, 8n]);
    expect(unsynced.get(7n)?.map((change) => change.offset)).toEqual([1]);
    expect(unsynced.get(8n)?.map((change) => change.offset)).toEqual([0]);
  });

  it('R1: of files in a folder, found by their inodes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'overseer-cut-'));
    const file = join(folder, 'a');
    await writeFile(file, 'abc');
    await writeFile(join(folder, 'a-shm'), 'index');
    const { ino } = await stat(file, { bigint: true });
    await writeFile(`${folder}.log`, record(1, ino, write(1, 'bc', 'a')));
    expect(await cutPower(folder, `${folder}.log`, 'drop', seeded(1))).toBe(1);
    expect(await readFile(file, 'utf8')).toBe('a');
    await expect(stat(join(folder, 'a-shm'))).rejects.toThrow('ENOENT');
    await rm(folder, { recursive: true });
    await rm(`${folder}.log`);
  });
});
