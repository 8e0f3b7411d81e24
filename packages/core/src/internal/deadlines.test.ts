import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../testing/fake-clock.ts';
import { type Deadline, Deadlines } from './deadlines.ts';

describe('Deadlines', () => {
  it('T1: calls back each that is not taken back, at most 100 ms late, and leaves no timer behind', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), delayMs: fc.nat(1_000) }),
      fc.record({ kind: fc.constant('remove' as const), which: fc.nat(20) }),
      fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(300) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const clock = createFakeClock();
        const known = play(steps, clock);
        clock.advance(1_200);
        for (const { deadline, passedAt, isRemoved } of known) {
          expect(passedAt === undefined).toBe(isRemoved);
          const late = (passedAt ?? deadline.at) - deadline.at;
          expect(late).toBeGreaterThanOrEqual(0);
          expect(late).toBeLessThanOrEqual(100);
        }
        expect(clock.pending).toBe(0);
      }),
    );
  });

  it('L2: whoever sets the clock, back or forward, moves no deadline', () => {
    for (const jumpMs of [-3_600_000, 3_600_000]) {
      const clock = createFakeClock();
      const deadlines = new Deadlines(clock);
      const passed: number[] = [];
      deadlines.add(1_000, () => passed.push(clock.elapsed()));
      clock.advance(500);
      clock.set(clock.now() + jumpMs);
      clock.advance(10_000);
      expect(passed).toEqual([1_000]);
    }
  });

  it('K6: one that passes may take others back, and closing forgets all', () => {
    const clock = createFakeClock();
    const deadlines = new Deadlines(clock);
    const passed: string[] = [];
    deadlines.add(50, () => {
      passed.push('first');
      deadlines.remove(second);
    });
    const second = deadlines.add(50, () => passed.push('second'));
    clock.advance(200);
    expect(passed).toEqual(['first']);
    deadlines.add(50, () => passed.push('third'));
    deadlines.close();
    clock.advance(200);
    expect(passed).toEqual(['first']);
    expect(clock.pending).toBe(0);
  });
});

type Step =
  | { readonly kind: 'add'; readonly delayMs: number }
  | { readonly kind: 'remove'; readonly which: number }
  | { readonly kind: 'pass'; readonly ms: number };

interface Known {
  readonly deadline: Deadline;
  passedAt: number | undefined;
  /** Taken back before it passed. */
  isRemoved: boolean;
}

function play(steps: readonly Step[], clock: FakeClock): readonly Known[] {
  const deadlines = new Deadlines(clock);
  const known: Known[] = [];
  const remove = (entry: Known | undefined): void => {
    if (entry === undefined) return;
    deadlines.remove(entry.deadline);
    if (entry.passedAt === undefined) entry.isRemoved = true;
  };
  const add = (delayMs: number): void => {
    const deadline = deadlines.add(delayMs, () => {
      entry.passedAt = clock.elapsed();
    });
    const entry: Known = { deadline, passedAt: undefined, isRemoved: false };
    known.push(entry);
  };
  for (const step of steps) {
    if (step.kind === 'pass') clock.advance(step.ms);
    else if (step.kind === 'remove') remove(known[step.which]);
    else add(step.delayMs);
  }
  return known;
}
