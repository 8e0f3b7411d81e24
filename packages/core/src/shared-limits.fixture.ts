import { createOverseer } from './create-overseer.ts';
import { StoreError } from './errors/store-error.ts';
import type { OverseerOptions } from './options.ts';
import type { Overseer } from './overseer.ts';
import type { Run } from './run/run-handle.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { Limit } from './spec/limit.ts';
import type { OpenReservations } from './spec/reservation-store.ts';
import type { TaskInput } from './spec/task.ts';
import type { FakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

/** A provider that counts what arrives, however many ask it. */
export interface Provider {
  readonly arrivals: readonly number[];
  readonly seen: { readonly now: number; readonly most: number };
  reply(): Promise<{ readonly text: string }>;
  /** The most that arrived within any span of that length. */
  mostWithin(ms: number): number;
}

/** Makes one whose answers take so long. */
export function createProvider(clock: FakeClock, lastsMs = 0): Provider {
  const arrivals: number[] = [];
  const seen = { now: 0, most: 0 };
  const reply = async (): Promise<{ readonly text: string }> => {
    arrivals.push(clock.now());
    seen.now += 1;
    seen.most = Math.max(seen.most, seen.now);
    if (lastsMs > 0) await new Promise<void>((resolve) => void clock.after(lastsMs, resolve));
    seen.now -= 1;
    return { text: 'done' };
  };
  const mostWithin = (ms: number): number =>
    Math.max(
      0,
      ...arrivals.map((from) => arrivals.filter((at) => at >= from && at < from + ms).length),
    );
  return { arrivals, seen, reply, mostWithin };
}

/** An overseer that shares what limits there are on its key. */
export function team(
  clock: FakeClock,
  { reply }: Pick<Provider, 'reply'>,
  limits: readonly Limit[],
  store: OpenReservations,
  more: Partial<OverseerOptions> = {},
): Promise<Overseer> {
  return createOverseer({
    overseer: 'model',
    models: { model: { model: fakeModel({ reply }), key: 'team', concurrency: 100 } },
    limits: [{ per: 'key', limits }],
    sharedLimits: { store },
    clock,
    random: () => 1,
    ...more,
  });
}

/** So many tasks. */
export const tasks = (count: number): readonly TaskInput[] =>
  Array.from({ length: count }, () => ({ instruction: 'Do it.' }));

/** Lets time go by until all is over, or `limitMs` have passed. */
export async function pass(
  clock: FakeClock,
  work: Promise<unknown>,
  limitMs = 3_600_000,
): Promise<void> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  const endAt = clock.now() + limitMs;
  while (!isOver && clock.now() < endAt) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(Math.min(clock.untilNextMs ?? 1, 1_000));
  }
  if (isOver) await over;
}

/** The events of a run, as they come. */
export function follow(run: Run): readonly OverseerEvent[] {
  const events: OverseerEvent[] = [];
  void (async () => {
    for await (const event of run) events.push(event);
  })();
  return events;
}

/** The calls that were not sent. */
export const withheldIn = (events: readonly OverseerEvent[]): readonly OverseerEvent[] =>
  events.filter((event) => event.type === 'call.withheld');

/** A store that can be made to fail, or to give no answer. */
export interface Fickle {
  readonly state: { isBroken: boolean; isSilent: boolean };
  readonly open: OpenReservations;
}

/** Makes one of a sound store. */
export function fickle(open: OpenReservations): Fickle {
  const state = { isBroken: false, isSilent: false };
  const opened: OpenReservations = async () => {
    const store = await open();
    const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
      if (state.isBroken) throw new StoreError('store.full', 'There is no room left.');
      if (state.isSilent) await new Promise<never>(() => undefined);
      return work();
    };
    return {
      ...store,
      reserve: (request) => guarded(() => store.reserve(request)),
      settle: (id, amounts) => guarded(() => store.settle(id, amounts)),
    };
  };
  return { state, open: opened };
}
