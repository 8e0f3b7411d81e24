import { describe, expect, it } from 'vitest';
import type { AttemptPlace } from '../attempt/attempt-host.ts';
import { normaliseLimit } from '../limit/parse-limit.ts';
import { ToolLimits } from '../limit/tool-limits.ts';
import type { ToolCall } from '../limit/tool-rules.ts';
import type { LimitRule, LimitText } from '../spec/limit.ts';
import type { TellWaiting } from './tell-waiting.ts';
import { ToolTurns } from './tool-turns.ts';

const NOW = 100_000;

const CALL: ToolCall = { tool: 'search', caller: { role: 'worker' }, run: 'r', microUsd: 0 };

/** Turns at a tool, where whoever is let go on has something to do before it asks. */
function slowTurns(limit: LimitText, patienceMs: number) {
  const rules = [normaliseLimit(limit) as LimitRule];
  const limits = new ToolLimits([
    { tools: ['search'], per: 'all', of: undefined, rules, patienceMs },
  ]);
  const went: string[] = [];
  let wakes = 0;
  const waits = { note: () => ({ untilAt: undefined }) } as unknown as TellWaiting;
  const turns = new ToolTurns(limits, {
    waits,
    mayGoOn: () => true,
    goOn: ({ attempt, live }) => {
      live.isDriven = true;
      went.push(attempt.id);
    },
    wake: () => {
      wakes += 1;
    },
  });
  const placeOf = (id: string): AttemptPlace =>
    ({
      run: { id: 'r' },
      task: { task: {} },
      attempt: { id },
      live: { isDriven: false, waitsForTool: false },
    }) as unknown as AttemptPlace;
  const offer = (at: number): number => {
    let lookAt = Number.POSITIVE_INFINITY;
    turns.offer(at, (next = lookAt) => {
      lookAt = Math.min(lookAt, next);
    });
    return lookAt;
  };
  const woken = (): number => {
    const before = wakes;
    wakes = 0;
    return before;
  };
  return { limits, turns, went, placeOf, offer, woken };
}

describe('ToolTurns, with one that is on its way to ask', () => {
  it('T5: it keeps its place before those behind it, old and new, and goes once', () => {
    const { limits, turns, went, placeOf, offer, woken } = slowTurns('1 call / 10s', 60_000);
    limits.start('x', CALL, NOW, []);
    const first = placeOf('first');
    const second = placeOf('second');
    expect(turns.ask(first, CALL, NOW).kind).toBe('wait');
    expect(turns.ask(second, CALL, NOW).kind).toBe('wait');
    offer(NOW + 10_000);
    expect(went).toEqual(['first']);
    expect(turns.ask(placeOf('third'), CALL, NOW + 10_001).kind).toBe('wait');
    offer(NOW + 10_002);
    expect(went).toEqual(['first']);
    woken();
    expect(turns.ask(first, CALL, NOW + 10_003).kind).toBe('run');
    // Whoever was kept behind it has to be told until when.
    expect(woken()).toBe(1);
    limits.start('first', CALL, NOW + 10_003, []);
    expect(offer(NOW + 10_003)).toBe(NOW + 20_003);
    expect(turns.size).toBe(2);
  });

  it('T5: it has waited since it asked first', () => {
    const { limits, turns, went, placeOf, offer } = slowTurns('1 at once', 5_000);
    limits.start('x', CALL, NOW, []);
    const first = placeOf('first');
    turns.ask(first, CALL, NOW);
    limits.end('x');
    offer(NOW + 4_000);
    expect(went).toEqual(['first']);
    limits.start('y', CALL, NOW + 4_000, []);
    expect(turns.ask(first, CALL, NOW + 4_100).kind).toBe('wait');
    expect(offer(NOW + 4_100)).toBe(NOW + 5_000);
    expect(turns.ask(first, CALL, NOW + 5_000).kind).toBe('refused');
    expect(turns.size).toBe(0);
  });

  it('T5: its place is free once it wants nothing any more, however that came', () => {
    const { limits, turns, went, placeOf, offer } = slowTurns('1 at once', 60_000);
    limits.start('x', CALL, NOW, []);
    turns.ask(placeOf('first'), CALL, NOW);
    turns.ask(placeOf('second'), CALL, NOW);
    limits.end('x');
    offer(NOW + 1);
    turns.forget('first');
    offer(NOW + 2);
    expect(went).toEqual(['first', 'second']);
  });
});
