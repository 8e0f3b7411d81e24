import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { inTime, mortalDisk } from './mortal-disk.fixture.ts';
import type { OverseerOptions } from './options.ts';
import type { Effect } from './spec/tool.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { callerOf, tasksOf, teamOf, toolThat } from './tool-calls.fixture.ts';

interface Story {
  readonly tasks: number;
  readonly calls: number;
  readonly effect: Effect;
  readonly lastsMs: readonly number[];
  readonly killAfterMs: number;
  readonly downMs: number;
}

const story: fc.Arbitrary<Story> = fc.record({
  tasks: fc.integer({ min: 1, max: 12 }),
  calls: fc.integer({ min: 1, max: 3 }),
  effect: fc.constantFrom<Effect>('none', 'idempotent'),
  lastsMs: fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 5 }),
  killAfterMs: fc.nat(30_000),
  downMs: fc.nat(8_000),
});

const LIMITS = ['4 calls / 6s', '7 calls / 20s', '2 at once'] as const;

async function pass(clock: FakeClock, ms: number): Promise<void> {
  const end = clock.now() + ms;
  while (clock.now() < end) {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(Math.min(clock.untilNextMs ?? end, end - clock.now()));
  }
}

describe('quotas of tools over a death in the middle', () => {
  it('T5 R1: hold for what was really called, in both lives together, and everybody gets a turn', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (one) => {
        const clock = createFakeClock();
        const disk = mortalDisk();
        const starts: number[] = [];
        const working = [0, 0];
        let most = 0;
        const toolOf = (life: number) =>
          toolThat(
            async () => {
              starts.push(clock.now());
              working[life] = (working[life] ?? 0) + 1;
              most = Math.max(most, working[life]);
              const lasts = one.lastsMs[starts.length % one.lastsMs.length] ?? 0;
              await new Promise<void>((resolve) => clock.after(lasts, resolve));
              working[life] -= 1;
              return 'found';
            },
            { effect: one.effect },
          );
        const options: OverseerOptions = {
          ...teamOf(callerOf('search', one.calls), ['search']),
          toolLimits: [{ tool: 'search', limits: LIMITS, patienceMs: 86_400_000 }],
          store: disk.open,
          clock,
        };
        const first = await createOverseer({ ...options, tools: { search: toolOf(0) } });
        const run = first.run(tasksOf(one.tasks));
        await pass(clock, one.killAfterMs);
        await disk.kill();
        await pass(clock, one.downMs);
        await using second = await createOverseer({ ...options, tools: { search: toolOf(1) } });
        const again = second.open(run.id);
        again.resume();
        const result = await inTime(clock, again.result);
        expect(result.status).toBe('completed');
        expect(starts.length).toBeGreaterThanOrEqual(one.tasks * one.calls);
        expect(most).toBeLessThanOrEqual(2);
        for (const [capacity, windowMs] of [
          [4, 6_000],
          [7, 20_000],
        ] as const) {
          for (const at of starts) {
            const counting = starts.filter((other) => other <= at && other > at - windowMs);
            expect(counting.length).toBeLessThanOrEqual(capacity);
          }
        }
        const places = second.tools()[0]?.limits ?? [];
        expect(places.every(({ held }) => held === 0)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});
