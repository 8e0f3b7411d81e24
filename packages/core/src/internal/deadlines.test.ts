import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.ts';
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
        const deadlines = new Deadlines(clock);
        const known: { readonly deadline: Deadline; passedAt?: number; isRemoved?: boolean }[] = [];
        for (const one of steps) {
          if (one.kind === 'pass') clock.advance(one.ms);
          if (one.kind === 'remove') {
            const entry = known[one.which];
            if (entry === undefined) continue;
            deadlines.remove(entry.deadline);
            entry.isRemoved ??= entry.passedAt === undefined;
          }
          if (one.kind === 'add') {
            const index = known.length;
            const deadline = deadlines.add(one.delayMs, () => {
              const entry = known[index];
              if (entry !== undefined) entry.passedAt = clock.now();
            });
            known.push({ deadline });
          }
        }
        clock.advance(1_200);
        for (const { deadline, passedAt, isRemoved = false } of known) {
          expect(passedAt === undefined).toBe(isRemoved);
          if (passedAt === undefined) continue;
          expect(passedAt).toBeGreaterThanOrEqual(deadline.at);
          expect(passedAt).toBeLessThanOrEqual(deadline.at + 100);
        }
        expect(clock.pending).toBe(0);
      }),
    );
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
