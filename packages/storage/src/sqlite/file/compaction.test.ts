import { hash as digest, randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../node-driver.ts';
import { temporaryFolder } from '../temporary-folder.fixture.ts';
import { verifyFile } from '../upkeep/verify-file.ts';
import { AFTER_MS, type Deed, KEYS, opened, STREAM, World } from './compaction.fixture.ts';

const { newPath } = temporaryFolder(afterAll);

describe('compaction', () => {
  it('R5: keeps everything that is named, over erasures, crashes between turns, and what others write', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(deed(), { maxLength: 40 }),
        async (isSealed, deeds) => {
          const world = new World(newPath, isSealed);
          for (const each of deeds) {
            world.act(each);
            world.check();
          }
          world.settle();
          world.check();
          // Nothing is left that nobody names.
          expect(world.standing()).toEqual(world.named());
          await world.close();
          const { isSound } = await verifyFile(world.path, isSealed ? { keys: KEYS } : {});
          expect(isSound).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  }, 120_000);

  it('R5: removes a value that nothing names once it is old enough, and not before', () => {
    const world = new World(newPath, false);
    const hash = world.put(1);
    world.step();
    world.now += AFTER_MS - 1;
    world.settleNow();
    expect(world.has(hash)).toBe(true);
    world.now += 2;
    world.settleNow();
    expect(world.has(hash)).toBe(false);
    world.file.close([]);
  });

  it('R5: removes a value that was spared for having been put again, once that is long ago', () => {
    const world = new World(newPath, false);
    const hash = world.put(0);
    world.step();
    world.put(0);
    world.settle();
    expect(world.has(hash)).toBe(false);
    world.file.close([]);
  });

  it.each([
    ['put again', { kind: 'put', nth: 1 }],
    ['named by a new event', { kind: 'name', nth: 1 }],
    ['named by a snapshot', { kind: 'snapshot', nth: 1 }],
    ['put again by another process', { kind: 'other-puts', nth: 1 }],
    ['named by another process', { kind: 'other-names', nth: 1 }],
  ] as const)('R5: keeps a value that was %s in the middle of a round', (_how, deed) => {
    // Before the first turn, and after so many.
    for (let turns = 0; turns < 5; turns++) {
      const world = new World(newPath, false);
      world.append('run 2', 'there is something to read');
      world.put(0);
      const hash = world.put(1);
      world.step();
      world.now += AFTER_MS;
      world.act({ kind: 'say', nth: 0 });
      for (let turn = 0; turn < turns; turn++) world.step();
      if (!world.has(hash)) break;
      world.now += 1;
      world.act(deed, 'whenever');
      world.settleNow();
      expect(world.has(hash), `after ${turns} turns`).toBe(true);
      world.file.close([]);
    }
  });

  it('R5: leaves all as it is where the lease is not held', () => {
    const path = newPath();
    const file = opened(path, false);
    file.write([{ kind: 'blob', bytes: Buffer.from('nobody names it') }]);
    for (let now = 0; now < 100_000; now += AFTER_MS) expect(file.compact(now)).toBe('rest');
    expect(file.blob(digest('sha256', 'nobody names it', 'hex'))).toBeInstanceOf(Uint8Array);
    file.close([]);
  });

  it('R5: drops snapshots that a newer version took the place of, and no other', () => {
    const world = new World(newPath, false);
    const put = (stream: string, foldVersion: number, seq: number): void => {
      world.write({ kind: 'snapshot', stream, foldVersion, seq, body: '[]' });
    };
    put('a', 1, 5);
    put('a', 2, 7);
    put('b', 1, 9);
    put('b', 2, 7);
    world.settle();
    const kept = [
      ['a', 1],
      ['a', 2],
      ['b', 1],
      ['b', 2],
    ].map(([stream, version]) => world.file.snapshot(String(stream), Number(version))?.seq);
    expect(kept).toEqual([undefined, 7, 9, 7]);
    world.file.close([]);
  });

  it('R5: a file does not grow without end under values, snapshots and erasures that come and go', () => {
    const world = new World(newPath, true);
    const sizes: number[] = [];
    for (let round = 0; round < 20; round++) {
      for (let nth = 0; nth < 6; nth++) world.put(round * 6 + nth, 262_144);
      const body = JSON.stringify(randomBytes(131_072).toString('base64'));
      world.write({ kind: 'snapshot', stream: STREAM, foldVersion: 1, seq: round, body });
      world.append(`run ${round}`, randomBytes(60_000).toString('base64'));
      world.erase(`run ${round}`);
      world.settle();
      sizes.push(statSync(world.path).size);
    }
    // 35 MiB were written in all; 8 MiB of free pages are kept for what comes next.
    expect(Math.max(...sizes.slice(4))).toBeLessThan(14 * 1_048_576);
    expect(sizes.at(-1)).toBeLessThan(Math.max(...sizes.slice(4, 12)) + 262_144);
    world.file.close([]);
  }, 60_000);

  it('R5 R11: removes nothing where an event is not what was written, and a value seems to be named no more', () => {
    const world = new World(newPath, false);
    const hash = world.put(1);
    world.append('a', hash);
    world.file.close([]);
    const database = openDatabase(world.path);
    database.exec(`UPDATE event SET body = replace(body, '${hash}', 'nothing') WHERE seq = 1`);
    database.close();
    world.open();
    world.settle();
    expect(world.has(hash)).toBe(true);
    world.file.close([]);
  });

  it('R5: removes nothing where an event cannot be read, for nobody knows what it names', () => {
    const world = new World(newPath, true);
    const hash = world.put(1);
    world.append('a', hash);
    world.file.close([]);
    const database = openDatabase(world.path);
    database.exec("UPDATE event SET packed = x'01' WHERE seq = 1");
    database.close();
    world.open();
    world.settle();
    expect(world.has(hash)).toBe(true);
    world.file.close([]);
  });
});

/** Anything that may happen to a journal. */
function deed(): fc.Arbitrary<Deed> {
  const nth = fc.nat(5);
  return fc.oneof(
    fc.record({
      kind: fc.constantFrom('put', 'name', 'snapshot', 'other-puts', 'other-names', 'say', 'erase'),
      nth,
    }) as fc.Arbitrary<Deed>,
    fc.constantFrom<Deed>({ kind: 'crash' }, { kind: 'step' }, { kind: 'step' }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 600, 1_100, 5_000) }),
  );
}
