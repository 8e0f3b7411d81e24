import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../journal/draft.ts';
import { place } from '../journal/history.fixture.ts';
import { normaliseLimit } from '../limit/parse-limit.ts';
import { ToolLimits } from '../limit/tool-limits.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { LimitRule, LimitText } from '../spec/limit.ts';
import { ToolUse } from './tool-use.ts';

function limitsOf(...texts: readonly LimitText[]): ToolLimits {
  const rules = texts.map((text) => normaliseLimit(text) as LimitRule);
  const own = { tools: ['search'], of: undefined, rules, patienceMs: 0 };
  return new ToolLimits([
    { ...own, per: 'all' },
    { ...own, per: 'role' },
  ]);
}

function at(ms: number, draft: EventDraft): OverseerEvent {
  return { ...place(draft, ms), at: ms };
}

const TASK = { run: 'r', task: 't' };

function started(attempt: string, name = 'search', role = 'worker'): EventDraft {
  const data = { id: 'c', name, input: {}, effect: 'none' as const, caller: { role } };
  return { type: 'tool.started', ...TASK, attempt, data };
}

const ENDS: Readonly<Record<string, (attempt: string) => EventDraft>> = {
  finished: (attempt) => ({
    type: 'tool.finished',
    ...TASK,
    attempt,
    data: { id: 'c', output: 'x' },
  }),
  'in doubt': (attempt) => ({
    type: 'question.asked',
    ...TASK,
    attempt,
    data: { id: 'q', tool: 'c', ask: { kind: 'ask', of: { person: 'p' }, request: '?' } },
  }),
  'attempt over': (attempt) => ({
    type: 'attempt.ended',
    ...TASK,
    attempt,
    data: { outcome: 'cancelled', because: 'x' },
  }),
  'task over': () => ({ type: 'task.failed', ...TASK, data: { because: 'x' } }),
  'task left out': () => ({ type: 'task.skipped', ...TASK, data: { because: 'x' } }),
  'process over': () => ({ type: 'lease.taken', data: { holder: 'x', epoch: 2 } }),
};

describe('ToolUse', () => {
  it('T5 R1: a place is free however a call ends, and what it was charged stays', () => {
    for (const [name, end] of Object.entries(ENDS)) {
      const limits = limitsOf('9 calls / 1m', '2 at once');
      const use = new ToolUse(limits);
      use.take(at(1_000, started('x')));
      expect(limits.use(1_000)[0], name).toMatchObject({ used: 0, held: 1 });
      use.take(at(2_000, end('x')));
      expect(limits.use(2_000)[0], name).toMatchObject({ used: 1, held: 0 });
      expect(limits.use(2_000)[1], name).toMatchObject({ held: 0 });
    }
  });

  it('T5: calls of before somebody asked who called count in quotas of everybody alone', () => {
    const limits = limitsOf('9 calls / 1m');
    const data = { id: 'c', name: 'search', input: {}, effect: 'once' as const };
    new ToolUse(limits).take(at(5, { type: 'tool.started', ...TASK, attempt: 'x', data }));
    expect(limits.use(5)).toMatchObject([{ limit: 'tool search: 9 calls / 1m', held: 1 }]);
  });

  it('T5 R1: reading as far back as the longest quota looks gives the same as reading everything', () => {
    const history = fc.array(
      fc.record({
        ms: fc.nat(1_500),
        attempt: fc.constantFrom('x', 'y', 'z'),
        name: fc.constantFrom('search', 'other'),
        role: fc.constantFrom('worker', 'coder'),
        end: fc.constantFrom(...Object.keys(ENDS)),
        isEnd: fc.boolean(),
      }),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(history, (steps) => {
        let now = 100_000;
        const events = steps.map(({ ms, attempt, name, role, end, isEnd }) => {
          now += ms;
          const ending = ENDS[end] ?? started;
          return at(now, isEnd ? ending(attempt) : started(attempt, name, role));
        });
        const texts: readonly LimitText[] = ['3 calls / 2s', '9 calls / 7s', '2 at once'];
        const whole = limitsOf(...texts);
        const late = limitsOf(...texts);
        const all = new ToolUse(whole);
        const rest = new ToolUse(late);
        for (const event of events) {
          all.take(event);
          if (event.at > now - late.memoryMs) rest.take(event);
        }
        // A process that begins finds no call of its own under way.
        const begun = at(now, { type: 'lease.taken', data: { holder: 'x', epoch: 9 } });
        all.take(begun);
        rest.take(begun);
        const counted = (limits: ToolLimits) =>
          new Map(limits.use(now).flatMap((use) => (use.used > 0 ? [[use.limit, use]] : [])));
        expect(counted(late)).toEqual(counted(whole));
      }),
      { numRuns: 200 },
    );
  });
});
