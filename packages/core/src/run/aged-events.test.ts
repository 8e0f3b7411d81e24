import { describe, expect, it } from 'vitest';
import type { OverseerEvent } from '../spec/event.ts';
import type { EventLog } from '../spec/store.ts';
import { AgedEvents } from './aged-events.ts';

/** A log of events at these times, and how often it was asked. */
function logOf(times: readonly number[]) {
  let asked = 0;
  const events: Pick<EventLog, 'read'> = {
    read: async ({ after, limit }) => {
      asked += 1;
      const page = times.slice(after, after + limit);
      return page.map((at, index) => ({ seq: after + index + 1, at }) as OverseerEvent);
    },
  };
  return { events: events as EventLog, asked: () => asked };
}

async function seqsOf(aged: AgedEvents, at: number): Promise<readonly number[]> {
  const seqs: number[] = [];
  for await (const { seq } of aged.until(at)) seqs.push(seq);
  return seqs;
}

describe('AgedEvents', () => {
  it('R5: gives each event once, when it is old enough, and asks for none that cannot be', async () => {
    const times: number[] = Array.from({ length: 1_203 }, (_, index) => index);
    const { events, asked } = logOf(times);
    const aged = new AgedEvents(events, 's');
    expect(await seqsOf(aged, -1)).toEqual([]);
    expect(asked()).toBe(1);
    for (let look = 0; look < 100; look++) await seqsOf(aged, -1);
    expect(asked()).toBe(1);
    expect(await seqsOf(aged, 1_001)).toEqual(times.slice(1, 1_003));
    const before = asked();
    expect(await seqsOf(aged, 1_001)).toEqual([]);
    expect(asked()).toBe(before);
    expect(await seqsOf(aged, 5_000)).toEqual(times.slice(1_003).concat(1_203));
    times.push(1_204);
    expect(await seqsOf(aged, 5_000)).toEqual([1_204]);
  });
});
