import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { memory } from './journal/memory-store.ts';
import { memoryReservations } from './limit/memory-reservations.ts';
import type { Overseer } from './overseer.ts';
import { keyedModel, tasks } from './several-keys.fixture.ts';
import { pass } from './shared-limits.fixture.ts';
import type { Limit } from './spec/limit.ts';
import type { OpenStore } from './spec/store.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';

interface KeyScene {
  readonly calls: number;
  readonly windowMs: number;
  readonly perHour: number;
  readonly atOnce: number;
  /** Every so manyth call with it is refused; 0 for none. */
  readonly refusedEach: number;
  readonly refusal: 'auth' | 'rate-limit' | 'server';
}

interface Scene {
  readonly keys: readonly KeyScene[];
  readonly work: readonly number[];
  readonly lastsMs: number;
  readonly isShared: boolean;
}

const keyScenes: fc.Arbitrary<KeyScene> = fc.record({
  calls: fc.integer({ min: 1, max: 4 }),
  windowMs: fc.constantFrom(500, 5_000, 60_000),
  perHour: fc.integer({ min: 2, max: 12 }),
  atOnce: fc.integer({ min: 1, max: 3 }),
  refusedEach: fc.constantFrom(0, 0, 2, 5),
  refusal: fc.constantFrom('auth', 'rate-limit', 'server'),
});

const scenes: fc.Arbitrary<Scene> = fc.record({
  // One of them is let in always: where none is, no waiting helps.
  keys: fc
    .array(keyScenes, { minLength: 1, maxLength: 4 })
    .map(([first, ...others]) => [
      ...(first === undefined ? [] : [{ ...first, refusal: 'rate-limit' as const }]),
      ...others,
    ]),
  // What is worked before a restart and after it; side by side where processes share the limits.
  work: fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 2, maxLength: 2 }),
  lastsMs: fc.constantFrom(0, 150, 3_000),
  isShared: fc.boolean(),
});

describe('keys with limits of every kind, refusals among them', () => {
  it('L1 L4 M11: no key ever has more than its own limits allow, over restarts and over processes, and all work gets done', async () => {
    await fc.assert(fc.asyncProperty(scenes, play), { numRuns: 50, seed: 11 });
  }, 120_000);
});

async function play(scene: Scene): Promise<void> {
  const clock = createFakeClock();
  const provider = createKeyedProvider(clock, scene);
  const [first = 1, second = 1] = scene.work;
  const reservations = memoryReservations();
  const journals = [memory(), memory()] as const;
  const open = (store: OpenStore): Promise<Overseer> =>
    createOverseer({
      overseer: 'm',
      models: { m: { model: provider.model, concurrency: 100 } },
      limits: scene.keys.map((key, nth) => ({
        per: 'key',
        of: `key ${nth}`,
        limits: limitsOf(key),
      })),
      ...(scene.isShared ? { sharedLimits: { store: reservations } } : {}),
      store,
      clock,
      random: () => 1,
    });
  const work = async (store: OpenStore, count: number): Promise<void> => {
    await using overseer = await open(store);
    const { result } = overseer.run({ tasks: tasks(count) });
    await pass(clock, result, 30 * 24 * 3_600_000);
    expect((await result).status).toBe('completed');
    for (const { held } of overseer.limits()) expect(held).toBe(0);
  };
  if (scene.isShared) await Promise.all([work(journals[0], first), work(journals[1], second)]);
  else {
    await work(journals[0], first);
    await work(journals[0], second);
  }
  for (const [nth, key] of scene.keys.entries()) {
    const { answered, most } = provider.seen(`key ${nth}`);
    expect(most).toBeLessThanOrEqual(key.atOnce);
    const within = (from: number): number =>
      answered.filter((at) => at >= from && at < from + key.windowMs).length;
    expect(Math.max(0, ...answered.map(within))).toBeLessThanOrEqual(key.calls);
    const byHour = Map.groupBy(answered, (at) => Math.floor(at / 3_600_000));
    for (const all of byHour.values()) expect(all.length).toBeLessThanOrEqual(key.perHour);
  }
}

function limitsOf({ calls, windowMs, perHour, atOnce }: KeyScene): readonly Limit[] {
  return [
    { metric: 'calls', capacity: calls, windowMs },
    { metric: 'calls', capacity: perHour, period: 'hour' },
    { metric: 'concurrency', capacity: atOnce },
  ];
}

/** Counts what it answers with each key, and how much at once; what it refuses it charges nothing for. */
function createKeyedProvider(clock: FakeClock, { keys, lastsMs }: Scene) {
  const seen = keys.map(() => ({ answered: [] as number[], now: 0, most: 0 }));
  const at = (keyName: string): number => Number(keyName.slice(4));
  const { model } = keyedModel(
    clock,
    keys.map((_, nth) => `key ${nth}`),
    async (keyName, nth) => {
      const key = keys[at(keyName)];
      const own = seen[at(keyName)];
      if (key === undefined || own === undefined) throw new Error(`nobody has the key ${keyName}`);
      if (key.refusedEach > 0 && nth % key.refusedEach === 0) {
        return { error: new ModelError(key.refusal, 'no') };
      }
      own.answered.push(clock.now());
      own.now += 1;
      own.most = Math.max(own.most, own.now);
      if (lastsMs > 0) await new Promise<void>((resolve) => void clock.after(lastsMs, resolve));
      own.now -= 1;
      return { text: 'done' };
    },
  );
  return {
    model,
    seen: (keyName: string) => seen[at(keyName)] ?? { answered: [], now: 0, most: 0 },
  };
}
