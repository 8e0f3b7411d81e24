import { describe, expect, it } from 'vitest';
import { StoreError } from '../errors/store-error.ts';
import type { OverseerEvent } from '../spec/event.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { sample } from '../testing/store/bench.ts';
import { EVENT_VERSION } from './event-version.ts';
import { Journal } from './journal.ts';
import { memory } from './memory-store.ts';
import { readEvents, takeEvents } from './read-events.ts';
import { type Forms, upcastEvents } from './upcast-events.ts';
import { UPCASTERS } from './upcasters.ts';

/** A type that had three versions, the first of them under another name. */
const FORMS: Forms = {
  versions: { 'task.waiting': 3, 'task.failed': 1 },
  upcasters: {
    'task.held': {
      1: (event) => ({ ...event, type: 'task.waiting', v: 2 }),
    },
    'task.waiting': {
      2: ({ data: { because, ...rest }, ...event }) => ({
        ...event,
        v: 3,
        data: { ...rest, why: [because ?? null] },
      }),
    },
  },
};

function written(seq: number, type: string, v: number): OverseerEvent {
  return { ...sample(seq), type, v } as unknown as OverseerEvent;
}

describe('upcastEvents', () => {
  it('Q6: leaves events of the present form as they are', () => {
    const events = [written(1, 'task.waiting', 3), written(2, 'task.failed', 1)];
    const before = structuredClone(events);
    expect(upcastEvents(events, FORMS)).toEqual(before);
    expect(events).toEqual(before);
    const own = [sample(1), sample(2)];
    expect(upcastEvents(own)).toEqual([sample(1), sample(2)]);
    expect(JSON.stringify(upcastEvents(own))).toBe(JSON.stringify(own));
  });

  it('R2: gives what was read, whatever it lacks, the shape of what is new', async () => {
    const store = await memory()();
    const made: OverseerEvent[] = [];
    const journal = new Journal({
      store,
      stream: 'project/default',
      epoch: 1,
      head: 0,
      clock: createFakeClock(),
      ids: () => 'one',
      apply: (event) => made.push(event),
    });
    void journal.append([{ type: 'task.skipped', run: 'r', task: 't', data: { because: 'so' } }]);
    const fields = Object.keys(made[0] ?? {});
    expect(fields).toHaveLength(14);
    const read = JSON.parse(JSON.stringify([sample(1), ...made]));
    for (const event of upcastEvents(read)) expect(Object.keys(event)).toEqual(fields);
    for (const event of upcastEvents([written(3, 'task.held', 1)], FORMS)) {
      expect(Object.keys(event)).toEqual(fields);
    }
  });

  it('Q6: brings older ones to it, version by version and over another name', () => {
    const events = [written(1, 'task.held', 1), written(2, 'task.waiting', 2)];
    const before = structuredClone(events);
    expect(upcastEvents(events, FORMS)).toEqual([
      { ...sample(1), v: 3, data: { why: ['text 1'] } },
      { ...sample(2), v: 3, data: { why: ['text 2'] } },
    ]);
    expect(events).toEqual(before);
  });

  it('Q6: refuses what a newer version wrote, and says what to do', () => {
    for (const event of [written(7, 'task.waiting', 4), written(7, 'task.dreamt', 1)]) {
      const read = () => upcastEvents([event], FORMS);
      expect(read).toThrow(StoreError);
      expect(read).toThrow(/Event 7 of project\/default .*Update Overseer/);
      expect(read).toThrow(expect.objectContaining({ code: 'store.newer' }));
    }
    expect(() => upcastEvents([written(7, 'task.waiting', 1)], FORMS)).toThrow(
      expect.objectContaining({ code: 'store.corrupt' }),
    );
    expect(() => upcastEvents([written(7, 'constructor', 1)], FORMS)).toThrow(/newer/);
  });

  it('Q6: stands where events are read', async () => {
    const store = await memory()();
    const answer = await store.leases.acquire('journal', {
      name: 'test',
      pid: 1,
      bootId: 'x',
      processStart: 'y',
    });
    if (answer.kind !== 'held') throw new Error('busy');
    const older = { ...written(1, 'model.changed', 1), data: { state: 'down', because: 'x' } };
    await store.events.append(answer.epoch, [older as OverseerEvent]);
    const seen: OverseerEvent[] = [];
    await takeEvents(store, 'project/default', {}, (event) => seen.push(event));
    for await (const page of readEvents(store, 'project/default', undefined)) seen.push(...page);
    const data = { connection: 'connected', work: 'error', because: 'x' };
    expect(seen).toMatchObject([
      { v: 2, data },
      { v: 2, data },
    ]);
    await store.events.append(answer.epoch, [written(2, 'task.dreamt', 1)]);
    const read = readEvents(store, 'project/default', undefined).next();
    const taken = takeEvents(store, 'project/default', {}, () => undefined);
    for (const reading of [read, taken]) {
      await expect(reading).rejects.toThrow(expect.objectContaining({ code: 'store.newer' }));
    }
  });
});

describe('the upcasters', () => {
  it('Q6: are there for every version below the present one of every type', () => {
    const missing = Object.entries(EVENT_VERSION).flatMap(([type, version]) =>
      Array.from({ length: version - 1 }, (_, index) => index + 1)
        .filter((v) => UPCASTERS[type]?.[v] === undefined)
        .map((v) => `${type} ${v}`),
    );
    expect(missing).toEqual([]);
  });
});
