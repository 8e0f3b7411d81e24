import { copyFileSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createOverseer, memory, type Overseer, upcastEvents } from '@overseer/core';
import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { importStore, openPackage, packageFile } from '@overseer/storage/package';
import { type SqliteOptions, sqlite, verifyFile } from '@overseer/storage/sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { goldenKeys } from './golden/keys.ts';
import { goldenTeam } from './golden/team.ts';
import type { History, Standing } from './golden/write-history.ts';

const golden = join(import.meta.dirname, '..', 'packages', 'storage', 'golden');
const formats = readdirSync(golden)
  .filter((name) => name.endsWith('.sqlite'))
  .map((name) => name.slice(0, -'.sqlite'.length));
/** The first one that was sealed has another story, and a test beside the sealing of files. */
const sealed = readdirSync(join(golden, 'sealed'))
  .filter((name) => name !== '2.sqlite')
  .map((name) => `sealed/${name.slice(0, -'.sqlite'.length)}`);
const journals = [...formats, ...sealed];
/** Types of events that were said in other words once, and which sealed journal has some in those. */
const upcast = new Set(['handoff.accepted', 'model.changed']);
const inOlderWords = new Map([['sealed/3', upcast]]);
const scratch = mkdtempSync(join(tmpdir(), 'overseer-'));
afterAll(() => rm(scratch, { recursive: true }));

/** How a run of each standing is after it went on. */
const AFTER: Readonly<Record<Standing, string>> = {
  finished: 'completed',
  failed: 'failed',
  stopped: 'stopped',
  suspended: 'completed',
  asking: 'completed',
  crashed: 'completed',
  paused: 'completed',
};

describe('golden journals', () => {
  it('Q6: there is one of every format up to the present one', async () => {
    const path = join(scratch, 'present.db');
    await (await sqlite(path)()).close();
    const present = versionOf(path);
    const versions = formats.map((format) => versionOf(copyOf(format)));
    expect(new Set(versions)).toEqual(new Set(Array.from({ length: present }, (_, at) => at + 1)));
    for (const format of formats) {
      expect(new Set(Object.values(historyOf(format)))).toEqual(new Set(Object.keys(AFTER)));
    }
  });

  it.each(sealed)(
    'X2 Q6: %s opens with its key alone, is proven, and read in the words of now',
    async (format) => {
      const path = copyOf(format);
      expect(readFileSync(path).includes('So it was said.')).toBe(false);
      await expect(sqlite(path)()).rejects.toMatchObject({ code: 'store.key' });
      expect(await verifyFile(path, { keys: goldenKeys })).toMatchObject({ isSound: true });
      const store = await sqlite(path, optionsOf(format))();
      const written = await store.events.read({
        stream: 'project/default',
        after: 0,
        limit: 10_000,
      });
      await store.close();
      const older = written.filter(({ type, v }) => v === 1 && upcast.has(type));
      const types = inOlderWords.get(format) ?? new Set();
      expect(new Set(older.map(({ type }) => type))).toEqual(types);
      const connections = [
        { model: 'boss', connection: 'connected' },
        { model: 'worker', connection: 'disconnected', why: 'gone' },
      ];
      const away = { connection: 'disconnected', work: 'error', because: 'network: gone' };
      const back = { connection: 'connected', work: 'idle', because: 'it answers again' };
      const present = [
        { v: 2, data: { trigger: 'failure', connections } },
        { v: 2, data: away },
        { v: 2, data: back },
      ];
      expect(upcastEvents(older)).toMatchObject(types.size === 0 ? [] : present);
    },
  );

  it.each(formats)('Q6: %s is read whole, and nothing in it was changed', async (format) => {
    const store = await sqlite(copyOf(format))();
    const events = await eventsOf(store);
    await store.close();
    expect(events.length).toBeGreaterThan(80);
    expect(new Set(events.map(({ type }) => type)).size).toBeGreaterThan(25);
    const opened = await openPackage(packageFile(join(golden, `${format}.ovpkg`)));
    const other = await memory()();
    await importStore(opened, other);
    expect(await eventsOf(other)).toEqual(events);
    for (const same of sealed.filter((name) => name.endsWith(`/${format}`))) {
      const store = await sqlite(copyOf(same), optionsOf(same))();
      expect((await eventsOf(store)).slice(0, events.length)).toEqual(events);
      await store.close();
    }
  });

  it.each(journals)('Q6 R2: %s goes on where it was left', async (format) => {
    const history = historyOf(format);
    const path = copyOf(format);
    await using overseer = await createOverseer({
      ...answering(),
      store: sqlite(path, optionsOf(format)),
    });
    const open = Object.entries(history).filter(([, standing]) => isOpen(standing));
    expect(
      overseer
        .unfinished()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(open.map(([id]) => id).sort());
    for (const { id } of overseer.unfinished()) overseer.open(id).resume();
    await answerAll(overseer);
    for (const [id, standing] of Object.entries(history)) {
      const { status, usage } = await overseer.open(id).result;
      expect([id, standing, status]).toEqual([id, standing, AFTER[standing]]);
      if (standing === 'crashed') expect(usage.uncertainCalls).toBe(1);
    }
    expect(overseer.unfinished()).toEqual([]);
    for (const run of Object.keys(history)) {
      const { runs } = await overseer.progress({ run });
      expect(runs.map((one) => one.run)).toEqual([run]);
      expect(runs[0]?.tasks).toBeGreaterThan(0);
    }
    const next = overseer.run({ tasks: [{ instruction: 'Say more.' }] });
    expect((await next.result).status).toBe('completed');
  });
});

/** The same team, whose models now give an answer at once. */
function answering() {
  const team = goldenTeam();
  const models = Object.fromEntries(
    Object.entries(team.models).map(([name, entry]) => {
      const { model } = entry;
      const quick: typeof model = {
        spec: 'model/1',
        info: model.info,
        stream: (request, context) => {
          const text = JSON.stringify(request.messages).replaceAll('never ends', 'ends now');
          return model.stream({ ...request, messages: JSON.parse(text) }, context);
        },
      };
      return [name, { ...entry, model: quick }];
    }),
  );
  return { ...team, models };
}

async function answerAll(overseer: Overseer): Promise<void> {
  const questions = overseer.questions();
  expect(questions.length).toBe(1);
  for (const question of questions) await overseer.answer(question, 'yes', 'mia');
  const paused = overseer.unfinished();
  for (const { id } of paused) await overseer.resume({ run: id });
}

/** Of its schema. */
function versionOf(path: string): number {
  using database = new DatabaseSync(path);
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}

function isOpen(standing: Standing): boolean {
  return !['finished', 'failed', 'stopped'].includes(standing);
}

function historyOf(format: string): History {
  return JSON.parse(readFileSync(join(golden, `${basename(format)}.json`), 'utf8'));
}

function optionsOf(format: string): SqliteOptions {
  return format.startsWith('sealed/') ? { encryption: { keys: goldenKeys } } : {};
}

/** Opening a journal writes in it. */
function copyOf(format: string): string {
  const path = join(scratch, `${basename(format)} ${readdirSync(scratch).length}.db`);
  copyFileSync(join(golden, `${format}.sqlite`), path);
  return path;
}

async function eventsOf(store: StateStore): Promise<readonly OverseerEvent[]> {
  const events = await store.events.read({ stream: 'project/default', after: 0, limit: 10_000 });
  return JSON.parse(JSON.stringify(events));
}
