import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { type HeldModel, heldModel } from './held-model.fixture.ts';
import { memory } from './journal/memory-store.ts';
import { takeEvents } from './journal/read-events.ts';
import type { Overseer } from './overseer.ts';
import type { ModelStatus } from './run/model-status.ts';
import type { ModelGone, ModelNews } from './run/status-watch.ts';
import type { ListedModel, Model, ModelErrorKind } from './spec/model.ts';
import type { ModelReadiness } from './spec/model-status.ts';
import type { StateStore } from './spec/store.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

const NAMES = ['a', 'b', 'c'] as const;
type Name = (typeof NAMES)[number];

type Step =
  | { readonly kind: 'task'; readonly model: Name }
  | { readonly kind: 'answer' | 'drop' | 'leave' | 'come' | 'tighten'; readonly model: Name }
  | { readonly kind: 'fail'; readonly model: Name; readonly as: ModelErrorKind }
  | { readonly kind: 'list'; readonly model: Name; readonly as: ModelReadiness | 'gone' }
  | { readonly kind: 'load'; readonly model: Name; readonly works: boolean }
  | { readonly kind: 'pass'; readonly ms: number };

const model = fc.constantFrom(...NAMES);
const failure = fc.constantFrom<ModelErrorKind>(
  ...([
    'network',
    'network',
    'network',
    'timeout',
    'auth',
    'rate-limit',
    'quota',
    'server',
    'invalid',
  ] as const),
);
const listed = fc.constantFrom<ModelReadiness | 'gone'>('ready', 'cold', 'busy', 'gone');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('task' as const), model }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('answer' as const), model }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('fail' as const), model, as: failure }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('list' as const), model, as: listed }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('load' as const), model, works: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('leave' as const, 'come' as const, 'tighten' as const),
      model,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(70_000) }),
  },
);

const sequence = fc.array(step, { minLength: 1, maxLength: 25 });

interface World {
  readonly overseer: Overseer;
  readonly clock: FakeClock;
  readonly held: Readonly<Record<Name, HeldModel>>;
  readonly answers: Map<Name, ModelReadiness | 'gone'>;
  readonly entries: Readonly<Record<Name, Model>>;
}

/** Of a and b the server is one, c has one of its own. */
function serverOf(name: Name, held: HeldModel, answers: World['answers'], clock: FakeClock): Model {
  const info = { ...held.info, server: name === 'c' ? 'http://c' : 'http://ab', local: true };
  return {
    ...held,
    info: { ...info, keyId: 'k' },
    list: async (): Promise<readonly ListedModel[]> => {
      const state = answers.get(name) ?? 'ready';
      if (state === 'gone') throw new ModelError('network', 'nobody is there');
      return NAMES.map((id) => ({ id, state }));
    },
    load: async () => {
      await new Promise<void>((resolve) => clock.after(1_000, resolve));
      if (answers.get(name) === 'gone') throw new ModelError('network', 'nobody is there');
    },
    unload: async () => undefined,
  };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await new Promise(setImmediate);
}

async function pass(clock: FakeClock, ms: number): Promise<void> {
  const end = clock.now() + ms;
  while (clock.now() < end) {
    await turns();
    clock.advance(Math.min(clock.untilNextMs ?? end, end - clock.now()));
  }
}

async function take(world: World, one: Step): Promise<void> {
  const { overseer, clock, held, answers, entries } = world;
  const quiet = (): undefined => undefined;
  switch (one.kind) {
    case 'task':
      if (!overseer.models().some(({ name }) => name === one.model)) return;
      overseer.run({ tasks: [{ instruction: 'x', model: one.model }] }).result.catch(quiet);
      return;
    case 'answer':
      held[one.model].calls.at(-1)?.answer('done');
      return;
    case 'drop':
    case 'fail':
      held[one.model].calls
        .at(-1)
        ?.fail(new ModelError(one.kind === 'fail' ? one.as : 'network', 'no'));
      return;
    case 'list':
      answers.set(one.model, one.as);
      await overseer.verifyModel(one.model).catch(quiet);
      return;
    case 'load': {
      answers.set(one.model, one.works ? 'ready' : 'gone');
      const loaded = overseer.loadModel(one.model).catch(quiet);
      await turns();
      clock.advance(1_000);
      await loaded;
      return;
    }
    case 'leave':
      await overseer.removeModel(one.model, { force: true }).catch(quiet);
      return;
    case 'come':
      await overseer.addModel(one.model, { model: entries[one.model] }).catch(quiet);
      return;
    case 'tighten':
      await overseer.reconfigureModel(one.model, { limits: ['1 calls / 1m'] }).catch(quiet);
      return;
    case 'pass':
      await pass(clock, one.ms);
  }
}

type Words = readonly (string | undefined)[];

function words({ connection, work, readiness }: ModelStatus): Words {
  return [connection.state, connection.code, work.state, work.code, readiness];
}

interface Told {
  readonly now: Map<string, Words>;
  /** What was told and is no change, or does not begin where the news before ended. */
  readonly wrong: unknown[];
}

function follow(overseer: Overseer): Told {
  const told: Told = { now: new Map(), wrong: [] };
  overseer.onModel((news: ModelNews | ModelGone) => {
    if ('gone' in news) {
      if (!told.now.delete(news.gone)) told.wrong.push(news);
      return;
    }
    const now = words(news.now);
    const [before, known] = [news.before && words(news.before), told.now.get(news.model)];
    if (String(before) !== String(known) || String(now) === String(known)) told.wrong.push(news);
    told.now.set(news.model, now);
  });
  return told;
}

/** The models that stand, since before `at`, in another way than was told. */
function untold(
  overseer: Overseer,
  told: ReadonlyMap<string, Words>,
  at: number,
): readonly unknown[] {
  return overseer.models().filter(({ name, ...status }) => {
    const { connection, work } = status;
    const isNew = String(words(status)) !== String(told.get(name));
    return isNew && Math.max(connection.sinceAt, work.sinceAt) < at;
  });
}

describe('what is told of models', () => {
  it('M2: is each change once, and nothing but changes, whatever happens; what is to be written is, once', async () => {
    await fc.assert(
      fc.asyncProperty(sequence, fc.boolean(), async (steps, healthChecks) => {
        const clock = createFakeClock();
        const held = { a: heldModel('a'), b: heldModel('b'), c: heldModel('c') };
        const answers: World['answers'] = new Map();
        const entries = {
          a: serverOf('a', held.a, answers, clock),
          b: serverOf('b', held.b, answers, clock),
          c: serverOf('c', held.c, answers, clock),
        };
        const opened: StateStore[] = [];
        const open = memory();
        const overseer = await createOverseer({
          overseer: 'boss',
          models: {
            boss: { model: fakeModel({ reply: () => ({ text: 'done' }) }) },
            a: { model: entries.a, limits: ['3 calls / 1m'], concurrency: 2 },
            b: { model: entries.b },
            c: { model: entries.c, concurrency: 1 },
          },
          store: async () => {
            const store = await open();
            opened.push(store);
            return store;
          },
          clock,
          maxAttempts: 2,
          healthChecks: healthChecks ? { everyMs: 20_000 } : false,
        });
        const told = follow(overseer);
        for (const one of steps) {
          const taking = take({ overseer, clock, held, answers, entries }, one);
          // What is seen in the middle is told right after.
          const seen = () => new Map(overseer.models().map((state) => [state.name, words(state)]));
          const middle = seen();
          await Promise.resolve();
          if (one.kind === 'task') expect(told.now).toEqual(middle);
          await taking;
          await pass(clock, 1_000);
          await turns();
          expect(untold(overseer, new Map(told.now), clock.now() - 1_000)).toEqual([]);
          const now = seen();
          await turns();
          expect(told).toEqual({ now, wrong: [] });
        }
        const [store] = opened;
        if (store === undefined) throw new Error('There is no store.');
        await checkWritten(store, overseer);
        const closing = overseer.close();
        await pass(clock, 120_000);
        await closing;
      }),
      { numRuns: 60 },
    );
  });
});

/** The journal says of each model how it is connected and whether it is left alone, and says nothing twice. */
async function checkWritten(store: StateStore, overseer: Overseer): Promise<void> {
  const written = new Map<string, Words>();
  await takeEvents(store, 'project/default', {}, ({ type, model: name = '', data }) => {
    if (type === 'model.removed') written.delete(name);
    if (type !== 'model.changed') return;
    const now = [data.connection, data.work === 'error' ? 'alone' : 'well'];
    expect(now).not.toEqual(written.get(name));
    written.set(name, now);
  });
  for (const state of overseer.models()) {
    const [said, standing] = written.get(state.name) ?? ['disconnected', 'well'];
    const { connection, work, breaker } = state;
    if (connection.state !== 'connecting') expect(connection.state).toBe(said);
    expect(work.state !== 'error' || standing === 'alone').toBe(true);
    expect(standing === 'well' || breaker.state !== 'closed').toBe(true);
  }
}
