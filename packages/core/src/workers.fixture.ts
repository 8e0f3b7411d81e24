import { createWorker, type Worker } from './create-worker.ts';
import { memoryTransport } from './journal/memory-transport.ts';
import type { OverseerOptions } from './options.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { Price } from './spec/model.ts';
import type { ModelEntry } from './spec/plugin.ts';
import { type SharedPlace, sharedPlace } from './succession.fixture.ts';
import type { FakeClock } from './testing/fake-clock.ts';
import { type FakeReply, fakeModel } from './testing/fake-model.ts';
import type { WorkerChange, WorkerOptions } from './worker-options.ts';

/** How long a claim lasts without a heartbeat, in ms. */
export const LOSS_MS = 10_000;

/** A worker of a test, the clock that only it goes by, and what it told. */
export interface TestWorker {
  readonly clock: FakeClock;
  readonly worker: Worker;
  readonly changes: WorkerChange[];
}

/** Overseers and workers that share a store and a transport in memory. */
export interface WorkersPlace extends SharedPlace {
  /** What makes the model `a` of an overseer one for workers. */
  readonly remote: Required<Pick<OverseerOptions, 'transport' | 'models'>>;
  readonly entry: ModelEntry;
  /** Which worker called the model, in order. */
  readonly worked: string[];
  startWorker(
    name: string,
    reply: () => FakeReply | Promise<FakeReply>,
    more?: Partial<WorkerOptions>,
  ): Promise<TestWorker>;
}

/** A place for overseers and workers of one test. */
export function workersPlace(
  onEnd: (clean: () => Promise<void>) => void,
  price?: Price,
): WorkersPlace {
  const there = sharedPlace(onEnd);
  const { store, clock } = there;
  const transport = memoryTransport({ store, clock, lossMs: LOSS_MS });
  const worked: string[] = [];
  // Nobody asks it: its calls are made elsewhere.
  const model = fakeModel({
    reply: () => {
      there.calls.push('overseer');
      return { text: 'from the overseer itself' };
    },
  });
  const entry: ModelEntry = { model, workers: true, ...(price === undefined ? {} : { price }) };
  return {
    ...there,
    remote: { transport, models: { a: entry } },
    entry,
    worked,
    startWorker: async (name, reply, more = {}) => {
      const own = there.newClock();
      const changes: WorkerChange[] = [];
      const called = fakeModel({
        reply: () => {
          worked.push(name);
          return reply();
        },
      });
      const worker = await createWorker({
        transport,
        models: { a: called },
        name,
        clock: own,
        graceMs: 0,
        onChange: (change) => void changes.push(change),
        ...more,
      });
      onEnd(async () => {
        const closing = worker.close();
        await there.advance(500);
        await closing;
      });
      return { clock: own, worker, changes };
    },
  };
}

/** What the events of one type say. */
export function saidBy(
  events: readonly OverseerEvent[],
  type: OverseerEvent['type'],
): readonly object[] {
  return events.filter((event) => event.type === type).map(({ data }) => data);
}

/** Types of events about calls, with the epoch of whoever wrote each. */
export function callsIn(events: readonly OverseerEvent[]): readonly string[] {
  return events
    .filter(({ type }) => type.startsWith('call.') || type === 'reply.late')
    .map(({ type, epoch }) => `${type} ${epoch}`);
}
