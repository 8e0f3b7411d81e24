import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freshPace, isUrgent, noteStart } from './deadline-lane.ts';

const NOW = 1_000_000;

describe('the deadline lane', () => {
  it('K3: a task is urgent when it has less than ten seconds to spare', () => {
    const pace = freshPace();
    expect(isUrgent(pace, NOW + 10_000, 0, NOW)).toBe(false);
    expect(isUrgent(pace, NOW + 9_999, 0, NOW)).toBe(true);
    expect(isUrgent(pace, NOW - 5_000, 0, NOW)).toBe(true);
  });

  it('K3: what waits before it counts by how fast tasks start', () => {
    const pace = freshPace();
    for (let n = 0; n < 50; n++) noteStart(pace, NOW + n * 1_000, false);
    const now = NOW + 49_000;
    expect(isUrgent(pace, now + 60_000, 40, now)).toBe(false);
    expect(isUrgent(pace, now + 60_000, 55, now)).toBe(true);
  });

  it('K3: of any starts in a row at most a quarter and one go by it', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (wishes) => {
        const pace = freshPace();
        const byDeadline = wishes.map((wish) => {
          const goes = wish && isUrgent(pace, NOW, 0, NOW);
          noteStart(pace, NOW, goes);
          return goes;
        });
        for (let from = 0; from < byDeadline.length; from++) {
          let count = 0;
          for (let to = from; to < byDeadline.length; to++) {
            if (byDeadline[to] === true) count += 1;
            expect(count).toBeLessThanOrEqual((to - from + 1) / 4 + 1);
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});
