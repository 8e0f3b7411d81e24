import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OverseerEvent } from '../spec/event.ts';
import type { EventDraft } from './draft.ts';
import type { GrantCaller } from './grant.ts';
import { Grants } from './grants.ts';
import { place } from './history.fixture.ts';

const CALLER: GrantCaller = { role: 'worker', model: 'a', run: 'r', task: 't' };
const WISH = { tool: 'deploy', isListed: true, missing: ['write'] };
const CALL = { attempt: 'x', id: 'c' };

function at(ms: number, draft: EventDraft): OverseerEvent {
  return { ...place(draft, ms), at: ms };
}

function given(id: string, some: object = {}): EventDraft {
  const data = { id, tool: 'deploy', to: { role: 'worker' }, ...some };
  return { type: 'grant.given', actor: 'person:mia', data };
}

function used(attempt: string, grants: readonly string[], id = 'c'): EventDraft {
  const data = { id, name: 'deploy', input: {}, effect: 'once' as const, grants };
  return { type: 'tool.started', run: 'r', task: 't', attempt, data };
}

function finished(attempt: string): EventDraft {
  return { type: 'tool.finished', run: 'r', task: 't', attempt, data: { id: 'c', output: 'x' } };
}

function grantsAfter(...events: readonly OverseerEvent[]): Grants {
  const grants = new Grants();
  for (const event of events) grants.take(event);
  return grants;
}

describe('Grants', () => {
  it('T5: what can be used up is spared as long as something else does', () => {
    const grants = grantsAfter(
      at(1, given('few', { uses: 1 })),
      at(2, given('time', { untilAt: 100 })),
    );
    expect(grants.cover(CALLER, WISH, CALL, 50)).toEqual({ kind: 'covered', grants: ['time'] });
    expect(grants.cover(CALLER, WISH, CALL, 100)).toEqual({ kind: 'covered', grants: ['few'] });
    grants.take(at(100, used('x', ['few'])));
    expect(grants.cover(CALLER, WISH, { attempt: 'y', id: 'c' }, 100)).toEqual({
      kind: 'missing',
      permissions: ['write'],
      over: 'the grant for it has expired',
    });
    // The same call once more is the same call.
    expect(grants.cover(CALLER, WISH, CALL, 100).kind).toBe('covered');
    grants.take(at(101, finished('x')));
    expect(grants.cover(CALLER, WISH, CALL, 101).kind).toBe('missing');
  });

  it('T5: a permission is no leave for a tool that the role does not have, and a tool is', () => {
    const grants = grantsAfter(
      at(1, given('p', { tool: undefined, permission: 'write', untilAt: 9 })),
    );
    const wish = { ...WISH, isListed: false };
    expect(grants.cover(CALLER, WISH, CALL, 2).kind).toBe('covered');
    expect(grants.cover(CALLER, wish, CALL, 2).kind).toBe('missing');
    expect(grants.cover(CALLER, { ...wish, missing: [] }, CALL, 2).kind).toBe('missing');
    grants.take(at(3, given('t', { untilAt: 9 })));
    expect(grants.cover(CALLER, wish, CALL, 4)).toEqual({ kind: 'covered', grants: ['t'] });
  });

  it('T5: no step of the clock, however small, makes one last longer or come back', () => {
    const grants = grantsAfter(at(1_000, given('g', { untilAt: 2_000 })));
    const isCovered = (now: number) => grants.cover(CALLER, WISH, CALL, now).kind === 'covered';
    expect(isCovered(1_999)).toBe(true);
    grants.take(at(2_000, finished('y')));
    // A moment back, before anybody told that the clock was set.
    expect(isCovered(1_999)).toBe(false);
    grants.take(at(1_500, finished('y')));
    expect(isCovered(1_500)).toBe(false);
    expect(isCovered(0)).toBe(false);
  });

  it('T5: remembers a bounded number of those that are over', () => {
    const events = Array.from({ length: 500 }, (_, n) => at(n, given(`g${n}`, { untilAt: n + 1 })));
    const grants = grantsAfter(...events, at(1_000, given('last', { untilAt: 9_999 })));
    expect(grants.list(1_000)).toHaveLength(101);
    expect(grants.active(1_000)).toBe(1);
  });

  it('T5 R1: a snapshot at any moment, and what comes after it, is the whole', () => {
    const ids = fc.constantFrom('g1', 'g2', 'g3');
    const draft: fc.Arbitrary<EventDraft> = fc.oneof(
      fc
        .record({ id: ids, uses: fc.integer({ min: 1, max: 3 }), ms: fc.nat(5_000) })
        .map(({ id, uses, ms }) => given(id, ms % 2 === 0 ? { uses } : { uses, untilAt: ms })),
      fc
        .record({ attempt: fc.constantFrom('x', 'y'), id: ids })
        .map(({ attempt, id }) => used(attempt, [id])),
      fc.constantFrom('x', 'y').map(finished),
      ids.map((id): EventDraft => ({ type: 'grant.revoked', data: { id } })),
      fc.constant<EventDraft>({
        type: 'run.finished',
        run: 'r',
        data: {
          status: 'completed',
          usage: {
            calls: 0,
            failedCalls: 0,
            uncertainCalls: 0,
            inputTokens: 0,
            outputTokens: 0,
            microUsd: 0,
          },
        },
      }),
    );
    const history = fc.array(fc.tuple(draft, fc.integer({ min: -500, max: 900 })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(history, fc.nat(40), (steps, cut) => {
        let now = 1_000;
        let isFirst = true;
        const whole = new Grants();
        let cutUp = new Grants();
        for (const [index, [one, ms]] of steps.entries()) {
          now = Math.max(0, now + ms);
          if (index === cut) cutUp = Grants.from(JSON.parse(JSON.stringify(cutUp.body())));
          whole.take(at(now, one));
          cutUp.take(at(now, one));
          isFirst = false;
          for (const later of [0, 300, 5_000]) {
            expect(cutUp.list(now + later)).toEqual(whole.list(now + later));
            expect(cutUp.cover(CALLER, WISH, CALL, now + later)).toEqual(
              whole.cover(CALLER, WISH, CALL, now + later),
            );
          }
        }
        expect(isFirst).toBe(steps.length === 0);
      }),
      { numRuns: 200 },
    );
  });

  it('T5: is never used more often than it was given for, and never after its time, whatever the clock does', () => {
    const step = fc.record({
      ms: fc.integer({ min: -2_000, max: 2_000 }),
      attempt: fc.constantFrom('x', 'y', 'z'),
      isEnd: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const grants = grantsAfter(at(10_000, given('g', { uses: 5, untilAt: 13_000 })));
        let now = 10_000;
        // What went by, however the hands were moved.
        let passed = 0;
        let uses = 0;
        const open = new Set<string>();
        for (const { ms, attempt, isEnd } of steps) {
          now += ms;
          passed += Math.max(0, ms);
          if (isEnd) {
            grants.take(at(now, finished(attempt)));
            open.delete(attempt);
            continue;
          }
          const isFree = !open.has(attempt);
          const cover = grants.cover(CALLER, WISH, { attempt, id: 'c' }, now);
          if (cover.kind === 'missing') {
            // A denial is on record, as everything is.
            grants.take(at(now, finished(attempt)));
            open.delete(attempt);
            continue;
          }
          expect(passed).toBeLessThan(3_000);
          grants.take(at(now, used(attempt, cover.grants)));
          open.add(attempt);
          if (isFree) uses += 1;
        }
        expect(uses).toBeLessThanOrEqual(5);
      }),
      { numRuns: 300 },
    );
  });
});
