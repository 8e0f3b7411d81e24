import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  askBreaker,
  type BreakerSignal,
  type BreakerState,
  breakerAfter,
  closedBreaker,
  dueAgain,
  type Fault,
  setBackBreaker,
} from './breaker.ts';

const BROKEN: Fault = {
  why: 'network: gone',
  after: 2,
  firstMs: 5_000,
  maxMs: 300_000,
  isFailure: true,
  outlives: false,
};
const LATER: Fault = {
  ...BROKEN,
  why: 'rate-limit: later',
  after: 1,
  firstMs: 1_000,
  isFailure: false,
};

/** Plays one call after the other, each started and ended at one moment. */
function played(
  state: BreakerState,
  outcomes: readonly ('good' | 'bad' | 'late')[],
  at = 0,
): BreakerState {
  return outcomes.reduce((before, outcome, nth) => {
    const call = `call ${at} ${nth}`;
    const started = breakerAfter(before, { type: 'started', call }, at);
    const end: BreakerSignal =
      outcome === 'bad'
        ? { type: 'failed', call, fault: BROKEN }
        : { type: 'succeeded', call, ...(outcome === 'late' ? { late: BROKEN } : {}) };
    return breakerAfter(started, end, at);
  }, state);
}

function untilAt({ phase }: BreakerState): number {
  return phase.kind === 'open' ? phase.untilAt : Number.NaN;
}

const opened = played(closedBreaker, ['bad', 'bad']);

describe('breakerAfter', () => {
  it('R10: opens at failures in a row, and a success between them makes it count anew', () => {
    expect(played(closedBreaker, ['bad', 'good', 'bad']).phase.kind).toBe('closed');
    expect(opened).toMatchObject({
      phase: { kind: 'open', untilAt: 5_000 },
      failures: 2,
      sinceAt: 0,
      why: 'network (2 times in a row): gone',
    });
  });

  it('R10: opens when half of at least ten outcomes of five minutes are bad', () => {
    const half = ['bad', 'good', 'bad', 'good', 'bad', 'good', 'bad', 'good', 'good'] as const;
    expect(played(closedBreaker, half).phase.kind).toBe('closed');
    expect(played(closedBreaker, [...half, 'bad']).phase.kind).toBe('open');
    expect(played(closedBreaker, [...half, 'good', 'good', 'bad']).phase.kind).toBe('closed');
    expect(played(played(closedBreaker, half), ['bad'], 300_000).phase.kind).toBe('closed');
  });

  it('R10: slow answers are bad ones', () => {
    const nine = Array.from({ length: 9 }, (_, nth) => (nth % 2 === 0 ? 'late' : 'good'));
    expect(played(closedBreaker, nine).phase.kind).toBe('closed');
    expect(played(closedBreaker, [...nine, 'late']).phase.kind).toBe('open');
    expect(played(played(opened, ['late'], 5_000), ['good'], 5_001).phase.kind).toBe('closed');
  });

  it('R10: stays open twice as long each time that its probe fails, up to a bound, and closes at the first success', () => {
    let state = opened;
    const waits: number[] = [];
    for (let probe = 0; probe < 9; probe++) {
      const at = untilAt(state);
      state = played(state, ['bad'], at);
      waits.push(untilAt(state) - at);
    }
    expect(waits).toEqual([
      10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000, 300_000,
    ]);
    const closed = played(state, ['good'], untilAt(state));
    expect(closed).toMatchObject({ phase: { kind: 'closed' }, failures: 0, sinceAt: undefined });
    expect(untilAt(played(closed, ['bad', 'bad'], 0))).toBe(5_000);
  });

  it('R10: stays open as long as it was asked, but no longer than a day', () => {
    const asked = (askedUntilAt: number, fault = LATER): BreakerSignal => ({
      type: 'failed',
      call: 'a',
      fault: { ...fault, askedUntilAt },
    });
    expect(untilAt(breakerAfter(closedBreaker, asked(40_000), 10_000))).toBe(40_000);
    expect(untilAt(breakerAfter(closedBreaker, asked(10_001), 10_000))).toBe(11_000);
    expect(untilAt(breakerAfter(closedBreaker, asked(1e15), 0))).toBe(86_400_000);
    // What another call was asked that was under way counts where it is longer.
    const open = breakerAfter(closedBreaker, asked(40_000), 10_000);
    expect(untilAt(breakerAfter(open, asked(90_000), 11_000))).toBe(90_000);
    expect(untilAt(breakerAfter(open, asked(20_000), 11_000))).toBe(40_000);
  });

  it('R10: "later" opens at once and is no failure', () => {
    const later = breakerAfter(closedBreaker, { type: 'failed', call: 'a', fault: LATER }, 0);
    expect(later).toMatchObject({ phase: { kind: 'open', untilAt: 1_000 }, failures: 0 });
    const many = Array.from({ length: 20 }).reduce<BreakerState>((state) => {
      const at = Number.isNaN(untilAt(state)) ? 0 : untilAt(state);
      const probing = breakerAfter(state, { type: 'started', call: 'b' }, at);
      return breakerAfter(probing, { type: 'failed', call: 'b', fault: LATER }, at);
    }, closedBreaker);
    expect(many).toMatchObject({ failures: 0, recent: [] });
    expect(many.why).toBe('rate-limit (20 times in a row): later');
  });

  it('R10 M1: knows of the latest outcomes what a plain list of them would', () => {
    const outcome = fc.record({
      isLate: fc.boolean(),
      afterMs: fc.oneof(fc.constant(0), fc.nat(40_000), fc.nat(400_000)),
    });
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 60 }), (outcomes) => {
        let state = closedBreaker;
        let list: readonly { readonly at: number; readonly isBad: boolean }[] = [];
        let at = 0;
        for (const [nth, { isLate, afterMs }] of outcomes.entries()) {
          at += afterMs;
          state = played(state, [isLate ? 'late' : 'good'], at);
          list = [...list.filter((one) => one.at > at - 300_000), { at, isBad: isLate }].slice(-20);
          const bad = list.filter(({ isBad }) => isBad).length;
          const isMostlyBad = list.length >= 10 && bad * 2 >= list.length;
          expect(state.recent, `outcome ${nth}`).toEqual(list.map((one) => one.at));
          expect(state.phase.kind).toBe(isLate && isMostlyBad ? 'open' : 'closed');
          if (state.phase.kind === 'open') return;
        }
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  it('R10: what calls bring that were under way when it opened says nothing new', () => {
    expect(breakerAfter(opened, { type: 'succeeded', call: 'old' }, 100)).toBe(opened);
    expect(breakerAfter(opened, { type: 'failed', call: 'old', fault: BROKEN }, 100)).toBe(opened);
    const probing = breakerAfter(opened, { type: 'started', call: 'probe' }, 5_000);
    for (const type of ['succeeded', 'unsaid'] as const) {
      expect(breakerAfter(probing, { type, call: 'old' }, 5_001)).toBe(probing);
    }
    expect(breakerAfter(probing, { type: 'failed', call: 'old', fault: BROKEN }, 5_001)).toBe(
      probing,
    );
  });

  it('R10: a probe that says nothing leaves the next call to be one', () => {
    const probing = breakerAfter(opened, { type: 'started', call: 'probe' }, 5_000);
    expect(askBreaker(probing, 99_000)).toMatchObject({ kind: 'wait', untilAt: undefined });
    const unsaid = breakerAfter(probing, { type: 'unsaid', call: 'probe' }, 6_000);
    expect(askBreaker(unsaid, 6_000).kind).toBe('probe');
    expect(dueAgain(probing, 7_000).phase).toMatchObject({ kind: 'open', untilAt: 7_000 });
    expect(dueAgain(opened, 7_000)).toBe(opened);
  });

  it('R10: a clock that is set back leaves what was left of the wait', () => {
    expect(untilAt(setBackBreaker(opened, 3_000, 1_000))).toBe(3_000);
    expect(setBackBreaker(closedBreaker, 3_000, 1_000).phase.kind).toBe('closed');
  });
});

describe('a breaker under many callers', () => {
  it('R10: lets exactly one probe through at a time, whoever calls when and however calls end', () => {
    const steps = fc.array(
      fc.record({
        waitMs: fc.integer({ min: 0, max: 20_000 }),
        callers: fc.integer({ min: 0, max: 8 }),
        ends: fc.array(
          fc.record({
            which: fc.nat({ max: 20 }),
            how: fc.constantFrom('good', 'bad', 'later', 'unsaid'),
          }),
          { maxLength: 6 },
        ),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (all) => playCallers(all)),
      { numRuns: 300 },
    );
  });
});

interface Step {
  readonly waitMs: number;
  readonly callers: number;
  readonly ends: readonly { readonly which: number; readonly how: string }[];
}

/** A breaker with the calls that it let through and that have not ended. */
class Crowd {
  state: BreakerState = closedBreaker;
  readonly open = new Map<string, 'probe' | 'pass'>();
  #named = 0;

  get probes(): number {
    return [...this.open.values()].filter((kind) => kind === 'probe').length;
  }

  call(at: number): void {
    const answer = askBreaker(this.state, at);
    if (answer.kind === 'wait') {
      expect(answer.untilAt ?? Number.POSITIVE_INFINITY).toBeGreaterThan(at);
      return;
    }
    const call = `call ${this.#named++}`;
    this.open.set(call, answer.kind);
    this.state = breakerAfter(this.state, { type: 'started', call }, at);
    expect(this.state.phase.kind).toBe(answer.kind === 'probe' ? 'probing' : 'closed');
  }

  end(which: number, how: string, at: number): void {
    const call = [...this.open.keys()][which % Math.max(1, this.open.size)];
    if (call === undefined) return;
    this.open.delete(call);
    this.state = breakerAfter(this.state, signal(call, how), at);
  }
}

/** Has callers come and go, and checks after each that a probe is under way exactly while the breaker says so. */
function playCallers(steps: readonly Step[]): void {
  const crowd = new Crowd();
  let at = 0;
  const check = (): void => expect(crowd.probes).toBe(crowd.state.phase.kind === 'probing' ? 1 : 0);
  for (const { waitMs, callers, ends } of steps) {
    at += waitMs;
    for (let caller = 0; caller < callers; caller++) {
      crowd.call(at);
      check();
    }
    for (const { which, how } of ends) {
      crowd.end(which, how, at);
      check();
    }
  }
}

function signal(call: string, how: string): BreakerSignal {
  if (how === 'good') return { type: 'succeeded', call };
  if (how === 'unsaid') return { type: 'unsaid', call };
  return { type: 'failed', call, fault: how === 'bad' ? BROKEN : LATER };
}
