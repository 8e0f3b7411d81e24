import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { OverseerEvent } from '@overseer/core/spec';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testKeys } from '../keys.fixture.ts';
import type { SqliteOptions } from '../sqlite.ts';
import { temporaryFolder } from '../temporary-folder.fixture.ts';
import { eventAt, readJournal, writeJournal } from './journal.fixture.ts';
import { openToRepair } from './open-to-repair.ts';
import { repairFile } from './repair-file.ts';
import { verifyFile } from './verify-file.ts';

const { newPath } = temporaryFolder(afterAll);
const PAGE = 8_192;
/** Of the file, and of its first page as a page. */
const HEADER = 108;
const SEALED: SqliteOptions = { encryption: { keys: testKeys() }, compress: 'all' };
const EVENTS = Array.from({ length: 80 }, (_, at) =>
  eventAt(at + 1, { run: `r${at % 7}`, because: `${at} `.repeat(at % 9 === 0 ? 3_000 : 250) }),
);

describe.each<readonly [string, SqliteOptions]>([
  ['in the clear', {}],
  ['sealed', SEALED],
])(
  'repairing a journal %s whose first page is hurt',
  { tags: ['slow'], timeout: 120_000 },
  (_what, options) => {
    let whole: Buffer;

    beforeAll(async () => {
      const path = newPath();
      await writeJournal(path, options, EVENTS);
      whole = readFileSync(path);
    });

    it('R11: every bit of its header may be wrong, and no event is lost', async () => {
      const hashes = await hashesIn(whole);
      expect(hashes).toHaveLength(EVENTS.length);
      for (let bit = 0; bit < HEADER * 8; bit += options === SEALED ? 7 : 1) {
        const found = await hashesIn(flipped(whole, bit));
        expect(found.length, `bit ${bit}`).toBe(EVENTS.length);
        expect(found).toEqual(hashes);
      }
      for (const bit of [3, 17 * 8, 63 * 8, 70 * 8, 100 * 8]) {
        expect(await keptOf(flipped(whole, bit)), `bit ${bit}`).toEqual(EVENTS);
      }
    });

    it('R11: all of it may be gone', async () => {
      for (const byte of [0, 0xff]) {
        expect(await keptOf(Buffer.from(whole).fill(byte, 0, PAGE))).toEqual(EVENTS);
      }
    });

    it('R11: of a file that was cut what is left is kept', async () => {
      const pages = whole.length / PAGE;
      const counts: number[] = [];
      for (const left of [pages - 6, pages - 3, pages - 1]) {
        const kept = await keptOf(Buffer.from(whole.subarray(0, left * PAGE)));
        expect(kept.every((event) => isAsWritten(event))).toBe(true);
        counts.push(kept.filter(({ type }) => type !== 'event.erased').length);
      }
      expect(counts).toEqual([...counts].sort((one, other) => one - other));
      expect(counts.at(-1)).toBeGreaterThan(70);
    });

    it('R11: one bit that is wrong anywhere costs no more than the event it is in', async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: whole.length * 8 - 1 }), async (bit) => {
          const kept = await keptOf(flipped(whole, bit));
          expect(kept.every((event) => isAsWritten(event))).toBe(true);
          const count = kept.filter(({ type }) => type !== 'event.erased').length;
          expect(count, `bit ${bit}`).toBeGreaterThanOrEqual(EVENTS.length - 1);
        }),
        { numRuns: 20, seed: 7 },
      );
    });

    /** The hashes of the events that a repair finds. */
    async function hashesIn(bytes: Buffer): Promise<readonly unknown[]> {
      const damaged = newPath();
      writeFileSync(damaged, bytes);
      using file = await openToRepair(damaged, `${damaged}.part`, options.encryption ?? {});
      return file.database.prepare('SELECT hash FROM event ORDER BY stream, seq').all();
    }

    async function keptOf(bytes: Buffer): Promise<readonly OverseerEvent[]> {
      const damaged = newPath();
      writeFileSync(damaged, bytes);
      const repaired = newPath();
      await repairFile(damaged, repaired, options.encryption ?? {});
      expect(readFileSync(damaged).equals(bytes)).toBe(true);
      expect(existsSync(`${repaired}.part`)).toBe(false);
      expect(await verifyFile(repaired)).toMatchObject({ isSound: true });
      return await readJournal(repaired, options);
    }
  },
);

function isAsWritten(event: OverseerEvent): boolean {
  const written = EVENTS[event.seq - 1];
  return event.type === 'event.erased' || JSON.stringify(event) === JSON.stringify(written);
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
