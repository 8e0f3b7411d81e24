import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { counting, eventsOf, NAME } from './caching.fixture.ts';
import { createOverseer } from './create-overseer.ts';
import { StoreError } from './errors/store-error.ts';
import { memory } from './journal/memory-store.ts';
import type { OverseerOptions } from './options.ts';
import type { Overseer } from './overseer.ts';
import type { RetentionOptions } from './retention-options.ts';
import type { OpenStore } from './spec/store.ts';
import { createFakeClock } from './testing/fake-clock.ts';

const DAY_MS = 86_400_000;

function teamOn(store: OpenStore, more: Partial<OverseerOptions> = {}): Promise<Overseer> {
  const price = { input: 1_000, output: 1_000 };
  const models = { a: { model: counting(), price } };
  return createOverseer({ overseer: 'a', models, store, ...more });
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await setImmediate();
}

async function isErased(overseer: Overseer, run: string): Promise<boolean> {
  await settle();
  return (await eventsOf(overseer.open(run), 'run.erased')).length > 0;
}

describe('retention', () => {
  it('R5 X3: erases a run once it finished long enough ago, says so, and budgets keep what it spent', async () => {
    const [store, clock] = [memory(), createFakeClock()];
    const budgets = { project: { usd: 9 } };
    const retention = { finishedRuns: '90d' } as const;
    const first = await teamOn(store, { clock, retention, budgets });
    const old = first.run(NAME);
    await old.result;
    const used = spent(first);
    await first.close();
    clock.advance(89 * DAY_MS);
    const second = await teamOn(store, { clock, retention, budgets });
    const young = second.run(NAME);
    await young.result;
    expect(await isErased(second, old.id)).toBe(false);
    await second.close();
    clock.advance(2 * DAY_MS);

    const third = await teamOn(store, { clock, retention, budgets });
    expect(await isErased(third, old.id)).toBe(true);
    expect(await isErased(third, young.id)).toBe(false);
    const [erased] = await eventsOf(third.open(old.id), 'run.erased');
    expect(erased).toMatchObject({ actor: 'retention', data: { by: 'retention' } });
    await expect(third.open(old.id).result).rejects.toMatchObject({ code: 'run.forgotten' });
    expect(await third.open(young.id).result).toMatchObject({ status: 'completed' });
    expect(spent(third)).toBe(used * 2);
    await third.close();
    await using fourth = await teamOn(store, { clock, retention, budgets });
    await settle();
    expect(await eventsOf(fourth.open(old.id), 'run.erased')).toHaveLength(1);
    expect(spent(fourth)).toBe(used * 2);
  });

  it('R5: looks again whenever a run ends', async () => {
    const clock = createFakeClock();
    await using overseer = await teamOn(memory(), { clock, retention: { finishedRuns: DAY_MS } });
    const old = overseer.run(NAME);
    await old.result;
    clock.advance(DAY_MS + 1);
    expect(await isErased(overseer, old.id)).toBe(false);
    const next = overseer.run(NAME);
    await next.result;
    expect(await isErased(overseer, old.id)).toBe(true);
    expect(await isErased(overseer, next.id)).toBe(false);
  });

  it('R5 L1: keeps a run for as long as any limit counts its calls', async () => {
    const clock = createFakeClock();
    await using overseer = await teamOn(memory(), { clock, retention: { finishedRuns: 0 } });
    const old = overseer.run(NAME);
    await old.result;
    clock.advance(60_000);
    await overseer.run(NAME).result;
    expect(await isErased(overseer, old.id)).toBe(false);
    clock.advance(3_600_000);
    await overseer.run(NAME).result;
    expect(await isErased(overseer, old.id)).toBe(true);
  });

  it('R5: keeps a finished run as long as a run below it is not finished', async () => {
    const clock = createFakeClock();
    await using overseer = await teamOn(memory(), { clock, retention: { finishedRuns: DAY_MS } });
    const above = overseer.run(NAME);
    const below = overseer.run(NAME, { parent: { run: above.id, task: 'name' } });
    below.pause('later');
    await above.result;
    clock.advance(2 * DAY_MS);
    await overseer.run(NAME).result;
    expect(overseer.unfinished().map(({ id }) => id)).toEqual([below.id]);
    expect(await isErased(overseer, above.id)).toBe(false);
  });

  it('R5 X3: a run that cannot be erased keeps no other from it, and is told of', async () => {
    const clock = createFakeClock();
    const refused = new Set<string>();
    const troubles: (readonly [string, string])[] = [];
    const onTrouble: RetentionOptions['onTrouble'] = ({ run, error }) => {
      troubles.push([run, (error as StoreError).code]);
    };
    const retention: RetentionOptions = { finishedRuns: DAY_MS, onTrouble };
    const store = refusing(refused);
    await using overseer = await teamOn(store.open, { clock, retention });
    const runs = [overseer.run(NAME), overseer.run(NAME), overseer.run(NAME)] as const;
    for (const run of runs) await run.result;
    refused.add(runs[0].id);
    const lookAgain = async (afterMs: number): Promise<readonly boolean[]> => {
      clock.advance(afterMs);
      await overseer.run(NAME).result;
      return await Promise.all(runs.map(({ id }) => isErased(overseer, id)));
    };
    expect(await lookAgain(DAY_MS + 1)).toEqual([false, true, true]);
    // It is not asked for at every end of a run, and told of once.
    expect(await lookAgain(60_000)).toEqual([false, true, true]);
    expect(store.asked()).toBe(3);
    expect(await lookAgain(3_600_000)).toEqual([false, true, true]);
    expect(store.asked()).toBe(4);
    expect(troubles).toEqual([[runs[0].id, 'store.unsealed']]);
    refused.clear();
    expect(await lookAgain(3_600_001)).toEqual([true, true, true]);
  });

  it('R5 X3: what cannot be erased is told to the process where nobody listens', async () => {
    const [clock, refused] = [createFakeClock(), new Set<string>()];
    const warnings: (Error & { readonly code?: string })[] = [];
    const hear = (warning: Error): void => void warnings.push(warning);
    process.on('warning', hear);
    onTestFinished(() => void process.off('warning', hear));
    const retention = { finishedRuns: DAY_MS };
    await using overseer = await teamOn(refusing(refused).open, { clock, retention });
    const runs = [overseer.run(NAME), overseer.run(NAME)];
    for (const run of runs) await run.result;
    for (const { id } of runs) refused.add(id);
    clock.advance(DAY_MS + 1);
    await overseer.run(NAME).result;
    await settle();
    expect(warnings.map(({ code }) => code)).toEqual(['store.unsealed']);
    expect(warnings[0]?.message).toContain(runs[0]?.id);
  });

  it('R5: is refused at the start where the store cannot erase, or the time is none', async () => {
    const plain: OpenStore = async () => {
      const { erase: _erase, ...store } = await memory()();
      return { ...store, capabilities: { durable: false, shared: false } };
    };
    await expect(teamOn(plain, { retention: { finishedRuns: '1d' } })).rejects.toMatchObject({
      code: 'config.retention',
      message: expect.stringContaining('encryption'),
    });
    const soon = { finishedRuns: 'soon' } as unknown as { finishedRuns: number };
    await expect(teamOn(memory(), { retention: soon })).rejects.toThrow(/retention.finishedRuns/);
  });
});

/** A store that does not erase these runs, and how often it was asked to erase any. */
function refusing(runs: ReadonlySet<string>): {
  readonly open: OpenStore;
  readonly asked: () => number;
} {
  const inner = memory();
  let asked = 0;
  const open: OpenStore = async () => {
    const store = await inner();
    return {
      ...store,
      erase: async (epoch, stream, run) => {
        asked++;
        if (runs.has(run)) throw new StoreError('store.unsealed', `Run ${run} is not sealed.`);
        await store.erase?.(epoch, stream, run);
      },
    };
  };
  return { open, asked: () => asked };
}

/** What the budget of the project has counted, in micro-dollars. */
function spent(overseer: Overseer): number {
  return overseer.usage().flatMap((row) => (row.metric === 'usd' ? [row.used] : []))[0] ?? 0;
}
