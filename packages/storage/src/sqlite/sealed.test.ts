import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { currentHolder } from '@overseer/core/plugin';
import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { afterAll, describe, expect, it } from 'vitest';
import { rowHash } from './file/event-hash.ts';
import { testKey, testKeys } from './keys.fixture.ts';
import { type SqliteOptions, sqlite } from './sqlite.ts';
import { temporaryFolder } from './temporary-folder.fixture.ts';
import { verifyFile } from './upkeep/verify-file.ts';

const { newPath } = temporaryFolder(afterAll);
const CANARY = 'canary-7f3a';
const SEALED: SqliteOptions = { encryption: { keys: testKeys() } };

describe('a sealed file', () => {
  it('X2: holds no content, no person and no key in the clear, in any byte', async () => {
    const path = newPath();
    const opened = await open(path, SEALED);
    const { store, epoch } = opened;
    await store.events.append(epoch, [
      { ...eventAt(1, 'a', `${CANARY} small`), actor: `person:${CANARY}`, task: CANARY },
      eventAt(2, 'a', `${CANARY} large `.repeat(2_000)),
      eventAt(3, undefined, CANARY),
    ]);
    await store.blobs.put(Buffer.from(`${CANARY} blob `.repeat(1_000)));
    await store.snapshots.put({ stream: 'system', seq: 3, foldVersion: 1, body: [CANARY] });
    for (const file of [path, `${path}-wal`]) searched(file);
    await store.close();
    searched(path);
    expect(readFileSync(path).includes('task.waiting'), 'what happened stays clear').toBe(true);
    function searched(file: string): void {
      const bytes = readFileSync(file);
      expect(bytes.includes(CANARY), file).toBe(false);
      expect(bytes.includes(Buffer.from(testKey('first'))), file).toBe(false);
    }
  });

  it('X2: is refused without its keys, with others, and with a wrong one of that id', async () => {
    const path = newPath();
    await (await written(path, SEALED)).close();
    const wrong = { current: 'first', keys: { first: testKey('other') } };
    for (const [options, said] of [
      [{}, /sealed under master key first, and no keys were given/],
      [{ encryption: { keys: testKeys('second') } }, /first, which is not among/],
      [{ encryption: { keys: wrong } }, /first is not the one/],
    ] as const) {
      await expect(sqlite(path, options)()).rejects.toMatchObject({
        code: 'store.key',
        message: expect.stringMatching(said),
      });
    }
    const again = await sqlite(path, SEALED)();
    expect(await again.events.head('system')).toBe(6);
    await again.close();
  });

  it('X2: opens with a new current key beside the old one, and new runs go under the new one', async () => {
    const path = newPath();
    await (await written(path, SEALED)).close();
    const both = { encryption: { keys: testKeys('second', 'first') } };
    const { store, epoch } = await open(path, both);
    await store.events.append(epoch, [eventAt(7, 'new')]);
    expect(await contents(store)).toHaveLength(7);
    await store.close();
    using database = new DatabaseSync(path);
    const masters = database.prepare('SELECT DISTINCT master FROM data_key ORDER BY master').all();
    expect(masters.map(({ master }) => master)).toEqual(['first', 'second']);
  });

  it.each([
    [
      'a flipped byte',
      `packed = CAST(substr(packed, 1, 30) || x'00' || substr(packed, 32) AS BLOB)`,
    ],
    ['a truncated envelope', 'packed = substr(packed, 1, 12)'],
    ['no envelope', "packed = x'00'"],
    ['the content of another event', 'packed = (SELECT packed FROM event WHERE seq = 2)'],
    ['another run', "run = (SELECT id FROM run WHERE name = 'b')"],
  ])('R11: an event with %s is refused by its seq when it is read', async (_what, change) => {
    const path = newPath();
    await (await written(path, SEALED)).close();
    using database = new DatabaseSync(path);
    database.exec(`UPDATE event SET ${change} WHERE seq = 1`);
    // Whoever can write the file can mend its hashes too; the seal alone cannot be forged.
    for (const mendsHashes of [false, true]) {
      if (mendsHashes) mend(database);
      const store = await sqlite(path, SEALED)();
      await expect(contents(store)).rejects.toMatchObject({
        code: 'store.corrupt',
        message: expect.stringMatching(/seq 1 /),
      });
      await store.close();
    }
  });

  it.each([
    ['names of two events of a run swapped', swapLifted],
    [
      'names within one event turned round',
      `UPDATE event SET lifted = json_array(lifted ->> 1, lifted ->> 0) WHERE seq = 1`,
    ],
    ['a name left out', 'UPDATE event SET lifted = NULL WHERE seq = 1'],
    ['another type', `UPDATE event SET body = replace(body, 'task.waiting', 'task.done')`],
    ['another time', `UPDATE event SET body = json_set(body, '$[1]', 99)`],
  ])('X2 R11: a forger who mends the hashes is found out: %s', async (_what, change) => {
    const path = newPath();
    const { store, epoch } = await open(path, SEALED);
    await store.events.append(epoch, [twoLarge(1, 'pay Ada'), twoLarge(2, 'pay Bob')]);
    await store.close();
    using database = new DatabaseSync(path);
    database.exec(change);
    mend(database);
    const again = await sqlite(path, SEALED)();
    await expect(contents(again)).rejects.toMatchObject({
      code: 'store.corrupt',
      message: expect.stringMatching(/seq 1 /),
    });
    await again.close();
    const report = await verifyFile(path, { keys: testKeys() });
    expect(report.problems[0]).toMatchObject({ seq: 1, what: 'its seal does not open' });
  });

  it('X2: an older file goes on sealed, and what was there stays as it was', async () => {
    const path = newPath();
    await (await written(path, {})).close();
    const { store, epoch } = await open(path, SEALED);
    await store.events.append(epoch, [eventAt(7, 'a', CANARY)]);
    expect(await contents(store)).toEqual([...EVENTS, eventAt(7, 'a', CANARY)]);
    await expect(store.erase?.(epoch, 'system', 'a')).rejects.toMatchObject({
      code: 'store.unsealed',
    });
    expect(await contents(store)).toHaveLength(7);
    await store.close();
    expect(readFileSync(path).includes(CANARY)).toBe(false);
  });
});

describe('erasing a run', () => {
  it('X3: leaves its key and its large values nowhere in the file, and the chain whole', async () => {
    const path = newPath();
    const { store, epoch } = await open(path, SEALED);
    await store.events.append(epoch, [...EVENTS, eventAt(7, 'a', 'large '.repeat(2_000))]);
    using database = new DatabaseSync(path);
    const wrapped = database.prepare("SELECT wrapped FROM data_key WHERE owner = 'run a'").get();
    const blob = database.prepare('SELECT bytes FROM blob').get();
    await store.erase?.(epoch, 'system', 'a');
    const read = await contents(store);
    expect(read.map(({ type }) => type)).toEqual([
      'event.erased',
      'event.erased',
      'event.erased',
      'task.waiting',
      'task.waiting',
      'task.waiting',
      'event.erased',
    ]);
    expect(database.prepare('SELECT count(*) AS n FROM blob').get()).toMatchObject({ n: 0 });
    database.close();
    const log = readFileSync(`${path}-wal`);
    await store.close();
    const bytes = Buffer.concat([readFileSync(path), log]);
    for (const gone of [wrapped?.['wrapped'], blob?.['bytes']]) {
      expect(gone).toBeInstanceOf(Uint8Array);
      expect(bytes.includes(Buffer.from(gone as Uint8Array))).toBe(false);
    }
    // A journal of which every sealed run is erased needs its other keys still.
    const again = await sqlite(path, SEALED)();
    expect(await contents(again)).toEqual(read);
    await again.close();
  });

  it('X3: equal large values of two runs do not show as equal', async () => {
    const path = newPath();
    const { store, epoch } = await open(path, SEALED);
    const large = 'the same '.repeat(2_000);
    await store.events.append(epoch, [
      eventAt(1, 'a', large),
      eventAt(2, 'b', large),
      eventAt(3, 'a', large),
    ]);
    using database = new DatabaseSync(path);
    const names = database.prepare('SELECT lifted FROM event ORDER BY seq').all();
    expect(names[0]?.['lifted']).toBe(names[2]?.['lifted']);
    expect(names[0]?.['lifted']).not.toBe(names[1]?.['lifted']);
    expect(database.prepare('SELECT count(*) AS n FROM blob').get()).toMatchObject({ n: 2 });
    await store.erase?.(epoch, 'system', 'a');
    expect((await contents(store))[1]).toEqual(eventAt(2, 'b', large));
    await store.close();
  });
});

describe('compression', () => {
  it('R5: makes large strings small by default, and events too where that is wanted', async () => {
    const sizes: number[] = [];
    for (const compress of [false, true, 'all'] as const) {
      const path = newPath();
      const { store, epoch } = await open(path, { compress });
      const events = Array.from({ length: 300 }, (_, at) =>
        eventAt(at + 1, 'a', `${at} `.repeat(at === 0 ? 100_000 : 700)),
      );
      await store.events.append(epoch, events);
      expect(await contents(store)).toEqual(events);
      await store.close();
      sizes.push(readFileSync(path).byteLength);
    }
    const [none = 0, large = 0, all = 0] = sizes;
    expect(large).toBeLessThan(none - 150_000);
    expect(all).toBeLessThan(large / 3);
  });
});

const swapLifted = `UPDATE event SET lifted =
  (SELECT other.lifted FROM event AS other WHERE other.seq = 3 - event.seq)`;

function twoLarge(seq: number, text: string): OverseerEvent {
  const [because, instead] = [`${text} `.repeat(2_000), `${text} less `.repeat(2_000)];
  return JSON.parse(JSON.stringify({ ...eventAt(seq, 'a'), data: { because, instead } }));
}

const EVENTS: readonly OverseerEvent[] = [
  eventAt(1, 'a'),
  eventAt(2, 'a'),
  eventAt(3, 'a'),
  eventAt(4, 'b'),
  eventAt(5, 'b'),
  eventAt(6, undefined),
];

async function written(path: string, options: SqliteOptions): Promise<StateStore> {
  const { store, epoch } = await open(path, options);
  await store.events.append(epoch, EVENTS);
  return store;
}

async function open(
  path: string,
  options: SqliteOptions,
): Promise<{ readonly store: StateStore; readonly epoch: number }> {
  const store = await sqlite(path, options)();
  const answer = await store.leases.acquire('system', currentHolder('test'));
  if (answer.kind === 'busy') throw new Error(`held by ${answer.holder.name}`);
  return { store, epoch: answer.epoch };
}

function contents(store: StateStore): Promise<readonly OverseerEvent[]> {
  return store.events.read({ stream: 'system', after: 0, limit: 1_000 });
}

function eventAt(seq: number, run: string | undefined, because = `because ${seq}`): OverseerEvent {
  return {
    id: `e${seq}`,
    stream: 'system',
    seq,
    at: seq,
    type: 'task.waiting',
    v: 1,
    epoch: 1,
    actor: 'overseer',
    ...(run === undefined ? {} : { run }),
    data: { because },
  };
}

/** Makes the chain of hashes whole again, as a forger would. */
function mend(database: DatabaseSync): void {
  let before = '';
  const rows = database.prepare('SELECT seq, body, lifted, packed FROM event ORDER BY seq').all();
  for (const { seq, body, lifted, packed } of rows) {
    before = rowHash(before, {
      stream: 'system',
      seq: Number(seq),
      body: String(body),
      lifted: lifted === null ? null : String(lifted),
      packed: packed instanceof Uint8Array ? packed : null,
    });
    database.prepare('UPDATE event SET hash = ? WHERE seq = ?').run(before, Number(seq));
  }
}
