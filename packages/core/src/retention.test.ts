import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { counting, eventsOf, NAME } from './caching.fixture.ts';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import type { OverseerOptions } from './options.ts';
import type { Overseer } from './overseer.ts';
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

  it('R5: keeps everything where nobody asked for less', async () => {
    const [store, clock] = [memory(), createFakeClock()];
    const first = await teamOn(store, { clock });
    const old = first.run(NAME);
    await old.result;
    await first.close();
    clock.advance(4_000 * DAY_MS);
    await using second = await teamOn(store, { clock });
    await second.run(NAME).result;
    expect(await isErased(second, old.id)).toBe(false);
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

/** What the budget of the project has counted, in micro-dollars. */
function spent(overseer: Overseer): number {
  return overseer.usage().flatMap((row) => (row.metric === 'usd' ? [row.used] : []))[0] ?? 0;
}
