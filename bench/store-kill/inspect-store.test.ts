import { describe, expect, it } from 'vitest';
import { expectedEvent } from './expected-event.ts';
import { violationsIn } from './inspect-store.ts';

const events = [1, 2, 3, 4].map((seq) => expectedEvent(seq, 1));

describe('what a kill may leave behind', () => {
  it('R1: all that was acknowledged, and what was on its way', () => {
    expect(violationsIn(events, 4, { acknowledged: 2 })).toEqual([]);
  });

  it('R1: not less than was acknowledged', () => {
    expect(violationsIn(events, 4, { acknowledged: 5 })).toEqual([
      '5 was acknowledged, and the head is 4.',
    ]);
  });

  it('R1: not an event twice', () => {
    const doubled = [...events.slice(0, 2), ...events.slice(1, 3)];
    expect(violationsIn(doubled, 4, { acknowledged: 1 })).toEqual([
      'event 3 is missing, doubled or not what was written.',
    ]);
  });

  it('R1: not a gap', () => {
    expect(violationsIn(events.toSpliced(1, 1), 4, { acknowledged: 1 })).toHaveLength(2);
  });

  it('R1: not half an event', () => {
    const [first] = events;
    if (first === undefined) throw new Error('There is no event.');
    const cut = { ...first, type: 'run.suspended' as const, data: { because: '' } };
    expect(violationsIn([cut], 1, { acknowledged: 1 })).toHaveLength(1);
  });

  it('R2: not a writer that could not go on', () => {
    expect(violationsIn(events, 4, { acknowledged: 4, failure: 'busy' })).toHaveLength(1);
  });
});
