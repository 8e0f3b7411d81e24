import { describe, expect, it } from 'vitest';
import type { EventData, EventType, OverseerEvent } from '../spec/event.ts';
import { Untaken } from './untaken.ts';

type Told = { readonly [K in EventType]?: Partial<EventData[K]> };

/** What is untaken after such events, as a process has it that read all of them, and as one has it that began from snapshots. */
function after(...events: readonly Told[]): readonly [string | undefined, boolean] {
  const whole = new Untaken();
  let cut = new Untaken();
  for (const told of events) {
    const [[type, data] = ['', {}]] = Object.entries(told);
    const event = { type, data } as OverseerEvent;
    whole.take(event);
    cut.take(event);
    cut = Untaken.from(JSON.parse(JSON.stringify(cut.body() ?? null)));
  }
  expect([cut.trigger, cut.hasArrived]).toEqual([whole.trigger, whole.hasArrived]);
  return [whole.trigger, whole.hasArrived];
}

const offered: Told = { 'handoff.offered': { trigger: 'operator' } };
const received: Told = { 'handoff.received': {} };
const work: Told = { 'lease.taken': {} };
const orders: Told = { 'lease.taken': { custody: true } };

describe('what is untaken', () => {
  it('R8: is nothing where an overseer was closed', () => {
    expect(after()).toEqual([undefined, false]);
    expect(after(work, orders, work)).toEqual([undefined, false]);
  });

  it('R8: an offer is taken up by who works next, and by nobody that gives orders', () => {
    expect(after(work, offered)).toEqual(['operator', false]);
    expect(after(work, offered, orders, orders)).toEqual(['operator', false]);
    expect(after(work, offered, orders, work)).toEqual([undefined, false]);
  });

  it('R8: a death that orders found is told to the next', () => {
    const found: Told = { 'lease.taken': { custody: true, from: 'process 7' } };
    expect(after(work, found)).toEqual(['failure', false]);
    expect(after(work, offered, found)).toEqual(['operator', false]);
    expect(after(work, found, work)).toEqual([undefined, false]);
  });

  it.each(['handoff.received', 'handoff.recalled', 'handoff.refused'] as const)(
    'R8: after %s it is arrived until somebody accepts it, whoever died before',
    (type) => {
      const came: Told = { [type]: {} };
      expect(after(offered, came, orders, work, work)).toEqual(['operator', true]);
      expect(after(offered, came, work, { 'handoff.accepted': {} })).toEqual([undefined, false]);
    },
  );

  it('R8: a project that leaves again and comes back has arrived again', () => {
    const accepted: Told = { 'handoff.accepted': {} };
    expect(after(offered, received, work, accepted, offered, received)).toEqual(['operator', true]);
  });

  it('R8: a snapshot from before it was kept is as good as nothing', () => {
    expect(Untaken.from(undefined).hasArrived).toBe(false);
    expect(Untaken.from([1]).trigger).toBeUndefined();
  });
});
