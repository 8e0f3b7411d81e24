import { readFileSync, writeFileSync } from 'node:fs';
import { currentHolder } from '@overseer/core/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examineSqlite } from '../examine-sqlite.ts';
import { sqlite } from '../sqlite.ts';
import { temporaryFolder } from '../temporary-folder.fixture.ts';
import { eventAt, readJournal } from './journal.fixture.ts';
import { repairFile } from './repair-file.ts';
import { verifyFile } from './verify-file.ts';

const { newPath } = temporaryFolder(afterAll);
const EVENTS = Array.from({ length: 30 }, (_, at) =>
  eventAt(at + 1, { run: 'r', because: `${at} `.repeat(400) }),
);
const FRAME = 8_192 + 24;

describe('a journal whose log is hurt', { tags: ['slow'], timeout: 120_000 }, () => {
  let file: Buffer;
  let log: Buffer;
  let index: Buffer;

  // As a process leaves it that is killed.
  beforeAll(async () => {
    const path = newPath();
    const store = await sqlite(path)();
    const lease = await store.leases.acquire('x', currentHolder('x'));
    for (const event of EVENTS) {
      await store.events.append(lease.kind === 'held' ? lease.epoch : 0, [event]);
    }
    file = readFileSync(path);
    log = readFileSync(`${path}-wal`);
    index = readFileSync(`${path}-shm`);
    await store.close();
  });

  it('R1: reads all of one that is not', async () => {
    const path = left(log);
    expect(await verifyFile(path)).toMatchObject({ isSound: true, streams: [{ events: 30 }] });
  });

  it('R11: is told, and all behind the damage is kept', async () => {
    const frames = Math.floor((log.length - 32) / FRAME);
    for (const frame of [2, Math.floor(frames / 2), frames - 8]) {
      for (const at of [2, 9, 17, 24 + 7, 24 + 4_000]) {
        const path = left(flipped(32 + frame * FRAME + at));
        expect(await saidOf(path), `${frame} ${at}`).toMatch(
          /-wal is.*, and \d+ commits behind .*cannot be read/,
        );
        await expect(sqlite(path)()).rejects.toMatchObject({ code: 'store.corrupt' });
        expect((await keptOf(path)).length, `${frame} ${at}`).toBeGreaterThanOrEqual(29);
      }
    }
  });

  it('R11: keeps all where the header of the log is what is hurt', async () => {
    for (const at of [0, 3, 9, 13, 17, 21, 25, 30]) {
      expect(await keptOf(left(flipped(at))), `${at}`).toEqual(EVENTS);
    }
  });

  it('R11: keeps all where the first page is hurt as well', async () => {
    const path = left(log);
    writeFileSync(path, Buffer.from(file).fill(0, 0, Math.min(file.length, 8_192)));
    expect(await keptOf(path)).toEqual(EVENTS);
  });

  it('R11: is kept where nothing is left but the log', async () => {
    const path = left(log);
    writeFileSync(path, '');
    expect(await saidOf(path)).toMatch(/nothing is left of it but what .*-wal holds.*repair/);
    await expect(sqlite(path)()).rejects.toMatchObject({ code: 'store.corrupt' });
    expect(readFileSync(`${path}-wal`).equals(log)).toBe(true);
    expect(await keptOf(path)).toEqual(EVENTS);
  });

  it('R11: is told where the last commit is what is hurt, however often it is looked at, and all else is kept', async () => {
    const last = lastCommit();
    const ends = [17, 24 + 4_000].map((at) => flipped(last + at));
    const zeroed = Buffer.from(log).fill(0, log.length - 512);
    const cut = log.subarray(0, log.length - 1_000);
    for (const [nth, bytes] of [...ends, zeroed, cut].entries()) {
      const path = left(bytes, index);
      for (const _twice of [1, 2]) {
        expect(await saidOf(path), `${nth}`).toMatch(/-wal is.*, and what was committed last/);
      }
      expect(examineSqlite(path)[0], `${nth}`).toMatchObject({ state: 'bad' });
      await expect(sqlite(path)()).rejects.toMatchObject({ code: 'store.corrupt' });
      // A page has a few of the last events.
      expect((await keptOf(path)).length, `${nth}`).toBeGreaterThanOrEqual(27);
    }
  });

  it('R1: takes a last commit that a power cut tore for what it is', async () => {
    const atAnEnd = left(log.subarray(0, lastCommit()), index);
    expect(await verifyFile(atAnEnd)).toMatchObject({ isSound: true, streams: [{ events: 29 }] });
    for (const bytes of [log.subarray(0, log.length - 1_000), flipped(lastCommit() + 4_000)]) {
      // The index is of another use of the log, or did not come through.
      for (const beside of [undefined, Buffer.alloc(index.length), ofAnotherLog()]) {
        const path = left(bytes, beside);
        expect(await verifyFile(path)).toMatchObject({ isSound: true, streams: [{ events: 29 }] });
      }
    }
  });

  /** What a look at it says first. */
  async function saidOf(path: string): Promise<string | undefined> {
    try {
      return (await verifyFile(path)).problems[0]?.what;
    } catch (error) {
      return error instanceof Error ? error.message : undefined;
    }
  }

  function left(bytes: Buffer, beside?: Buffer): string {
    const path = newPath();
    writeFileSync(path, file);
    writeFileSync(`${path}-wal`, bytes);
    if (beside !== undefined) writeFileSync(`${path}-shm`, beside);
    return path;
  }

  /** Where the last frame begins that ends a commit. */
  function lastCommit(): number {
    return 32 + (Math.floor((log.length - 32) / FRAME) - 1) * FRAME;
  }

  /** An index with other salts, whose sums hold. */
  function ofAnotherLog(): Buffer {
    const other = Buffer.from(index);
    for (const header of [other.subarray(0, 48), other.subarray(48, 96)]) {
      header.writeUInt8(header.readUInt8(39) ^ 1, 39);
      let [one, two] = [0, 0];
      for (let at = 0; at < 40; at += 8) {
        one = (one + header.readUInt32LE(at) + two) >>> 0;
        two = (two + header.readUInt32LE(at + 4) + one) >>> 0;
      }
      header.writeUInt32LE(one, 40);
      header.writeUInt32LE(two, 44);
    }
    return other;
  }

  function flipped(at: number): Buffer {
    const copy = Buffer.from(log);
    copy[at] = (copy[at] ?? 0) ^ 4;
    return copy;
  }

  async function keptOf(path: string) {
    const repaired = newPath();
    await repairFile(path, repaired);
    expect(await verifyFile(repaired)).toMatchObject({ isSound: true });
    const kept = await readJournal(repaired);
    const whole = kept.filter(({ type }) => type !== 'event.erased');
    for (const event of whole) expect(event).toEqual(EVENTS[event.seq - 1]);
    return whole;
  }
});
