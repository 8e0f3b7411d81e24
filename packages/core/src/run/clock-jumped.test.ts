import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import { type Claim, ModelLimits } from '../limit/model-limits.ts';
import { normaliseLimit } from '../limit/parse-limit.ts';
import { inTime, mortalDisk } from '../mortal-disk.fixture.ts';
import type { LimitText } from '../spec/limit.ts';
import { createFakeClock, type FakeClock } from '../testing/fake-clock.ts';
import { fakeModel } from '../testing/fake-model.ts';
import { ClockWatch } from './clock-watch.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const USE = { inputTokens: 1, outputTokens: 1, microUsd: 0 };
const CLAIM: Claim = { estimate: USE, worst: USE };

const tasks = (count: number) => Array.from({ length: count }, () => ({ instruction: 'x' }));

/** A model that notes after how many minutes it was called, by the time that goes by. */
function timed(clock: FakeClock) {
  const at: number[] = [];
  const model = fakeModel({
    reply: () => {
      at.push(Math.round(clock.elapsed() / MINUTE_MS));
      return { text: 'x' };
    },
  });
  return { model, at };
}

describe('a clock that is set forward', () => {
  it.each<[LimitText, readonly number[]]>([
    ['3 calls / 5h', [0, 0, 0, 300, 300, 300]],
    ['3 calls / 5h session', [0, 0, 0, 300, 300, 300]],
    ['3 calls / 5h, smooth burst 3', [0, 0, 0, 100, 200, 300]],
    // The day is over there.
    ['3 calls / day in Europe/Berlin', [0, 0, 0, 1, 1, 1]],
  ])('L1: leaves %s as long as it was', async (limit, expected) => {
    const clock = createFakeClock(Date.UTC(2026, 9, 24, 12));
    const { model, at } = timed(clock);
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, limits: [limit] } },
      clock,
    });
    await inTime(clock, overseer.run({ tasks: tasks(3) }).result);
    clock.advance(MINUTE_MS - clock.elapsed());
    clock.set(clock.now() + 24 * HOUR_MS);
    await inTime(clock, overseer.run({ tasks: tasks(3) }).result);
    expect(at).toEqual(expected);
  });

  it.each(['is killed', 'is closed'])(
    'L1 R2: nor does the next process let more through, when the one that saw it %s',
    async (how) => {
      const disk = mortalDisk();
      const clock = createFakeClock();
      const { model, at } = timed(clock);
      const options = {
        overseer: 'a',
        models: { a: { model, limits: ['3 calls / 5h', '100 calls / 5h session'] } },
        store: disk.open,
        clock,
      } as const;
      const first = await createOverseer(options);
      await inTime(clock, first.run({ tasks: tasks(3) }).result);
      clock.set(clock.now() + 50 * HOUR_MS);
      if (how === 'is closed') await first.close();
      else {
        const run = first.run({ tasks: tasks(1) });
        for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
        expect(at).toHaveLength(3);
        void run.result.catch(() => undefined);
        await disk.kill();
      }
      expect((await disk.events()).filter(({ type }) => type === 'clock.jumped')).toMatchObject([
        { data: { byMs: 50 * HOUR_MS } },
      ]);

      await using second = await createOverseer(options);
      const after = second.run({ tasks: tasks(3) });
      await inTime(clock, after.result);
      expect(at.slice(3).every((minute) => minute >= 300)).toBe(true);
    },
  );

  it('L1 R2: windows let through what they would by the time that goes by, also folded anew', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('pass' as const), ms: fc.nat(9_000) }),
      fc.record({ do: fc.constant('set' as const), ms: fc.integer({ min: 5_000, max: 90_000 }) }),
      fc.record({ do: fc.constantFrom('call' as const, 'end' as const, 'restart' as const) }),
    );
    const texts = ['4 calls / 20s', '6 calls / 40s session', '5 calls / 30s, smooth burst 2'];
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (history) => {
        const rules = texts.map((text) => normaliseLimit(text as LimitText));
        const clock = createFakeClock();
        const watch = new ClockWatch(clock);
        const told: ((limits: ModelLimits) => void)[] = [];
        let limits = new ModelLimits('m', rules, 100);
        const tell = (event: (limits: ModelLimits) => void): void => {
          told.push(event);
          event(limits);
        };
        // The same by the time that goes by alone.
        const plain = new ModelLimits('m', rules, 100);
        let calls = 0;
        for (const step of history) {
          const byMs = watch.look();
          const now = clock.now();
          if (byMs > 0) tell((one) => one.ledger.setForward(byMs, now));
          if (step.do === 'pass') clock.advance(step.ms);
          else if (step.do === 'set') clock.set(clock.now() + step.ms);
          else if (step.do === 'restart') {
            limits = new ModelLimits('m', rules, 100);
            for (const event of told) event(limits);
          } else if (step.do === 'end' && calls > 0) {
            const call = `${calls}`;
            tell((one) => one.release(call));
            plain.release(call);
          } else if (step.do === 'call') {
            const expected = plain.admit(clock.elapsed(), CLAIM);
            const found = limits.admit(now, CLAIM);
            const inMs = (untilAt: number | undefined, from: number) => (untilAt ?? 0) - from;
            expect(found.kind).toBe(expected.kind);
            if (found.kind === 'wait' && expected.kind === 'wait') {
              expect(inMs(found.untilAt, now)).toBe(inMs(expected.untilAt, clock.elapsed()));
              continue;
            }
            calls += 1;
            const call = `${calls}`;
            tell((one) => one.start(call, now, CLAIM));
            plain.start(call, clock.elapsed(), CLAIM);
          }
        }
      }),
    );
  });
});
