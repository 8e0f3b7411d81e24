import { describe, expect, it } from 'vitest';
import type { OverseerEvent } from '../spec/event.ts';
import { JournalIndex } from './journal-index.ts';

function eventAt(seq: number, at: number, rest: Partial<OverseerEvent>): OverseerEvent {
  return {
    id: `${seq}`,
    stream: 'project/default',
    seq,
    at,
    v: 1,
    epoch: 1,
    actor: 'overseer',
    ...rest,
  } as OverseerEvent;
}

describe('JournalIndex', () => {
  it('L1 R2: looks further back by what the clock was set forward, also out of a snapshot', () => {
    const index = new JournalIndex();
    const resumed = { type: 'project.resumed', data: { because: 'x' } } as const;
    for (const n of [0, 1, 2]) index.take(eventAt(1 + 2_000 * n, 1_000 * n, resumed));
    expect(index.firstSeqSince(1_500)).toBe(2_001);
    const byMs = 10_000_000;
    expect(index.firstSeqSince(1_500 + byMs)).toBe(4_001);
    index.take(eventAt(4_002, 2_000 + byMs, { type: 'clock.jumped', data: { byMs } }));
    expect(index.firstSeqSince(1_500 + byMs)).toBe(2_001);
    expect(JournalIndex.from(index.body())?.firstSeqSince(1_500 + byMs)).toBe(2_001);
  });
});
