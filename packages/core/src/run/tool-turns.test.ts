import { describe, expect, it } from 'vitest';
import type { AttemptPlace } from '../attempt/attempt-host.ts';
import { normaliseLimit } from '../limit/parse-limit.ts';
import { ToolLimits } from '../limit/tool-limits.ts';
import type { ToolCall } from '../limit/tool-rules.ts';
import type { LimitRule, LimitText } from '../spec/limit.ts';
import type { TellWaiting } from './tell-waiting.ts';
import { ToolTurns } from './tool-turns.ts';

const NOW = 100_000;

function placeOf(id: string, task: object = {}): AttemptPlace {
  const live = { waitsForTool: false };
  return { run: { id: 'r' }, task: { task }, attempt: { id }, live } as unknown as AttemptPlace;
}

function callOf(user: string): ToolCall {
  return { tool: 'search', caller: { role: 'worker', user }, run: 'r', microUsd: 0 };
}

/** Turns at a tool with quotas for everybody and for each user, and what they had others do. */
function turnsWith(all: readonly LimitText[], each: readonly LimitText[] = [], patienceMs = 1e9) {
  const rules = (texts: readonly LimitText[]) =>
    texts.map((text) => normaliseLimit(text) as LimitRule);
  const own = { tools: ['search'], of: undefined, patienceMs };
  const limits = new ToolLimits([
    { ...own, per: 'all', rules: rules(all) },
    { ...own, per: 'user', rules: rules(each) },
  ]);
  const went: string[] = [];
  const held = new Set<string>();
  const waits = { note: () => ({ untilAt: undefined }) } as unknown as TellWaiting;
  const turns = new ToolTurns(limits, {
    waits,
    mayGoOn: () => held.size === 0,
    goOn: ({ attempt }) => went.push(attempt.id),
    wake: () => undefined,
  });
  const ask = (id: string, user: string, at: number) => turns.ask(placeOf(id), callOf(user), at);
  return { limits, turns, ask, went, held };
}

describe('ToolTurns', () => {
  it('T5: who comes at the very moment at which another could go waits behind it', () => {
    const { limits, turns, ask, went } = turnsWith(['1 call / 10s']);
    limits.start('x', callOf('ada'), NOW, []);
    expect(ask('first', 'ada', NOW + 1).kind).toBe('wait');
    // The timer has not rung yet.
    expect(ask('second', 'ada', NOW + 10_000).kind).toBe('wait');
    expect(ask('first', 'ada', NOW + 10_000).kind).toBe('run');
    expect(turns.size).toBe(1);
    limits.start('first', callOf('ada'), NOW + 10_000, []);
    let lookAt = 0;
    turns.offer(NOW + 10_000, (at = 0) => {
      lookAt = at;
    });
    expect(lookAt).toBe(NOW + 20_000);
    expect(went).toEqual([]);
    turns.offer(NOW + 20_000, () => undefined);
    expect(went).toEqual(['second']);
  });

  it('T5: who is held back by something of its own holds up nobody', () => {
    const { limits, ask } = turnsWith(['9 calls / 10s'], ['1 call / 1h']);
    limits.start('x', callOf('ada'), NOW, []);
    expect(ask('ada', 'ada', NOW).kind).toBe('wait');
    expect(ask('ben', 'ben', NOW).kind).toBe('run');
  });

  it('T5: who may not go on, such as one that is paused, holds up nobody and keeps its place', () => {
    const { limits, turns, ask, held, went } = turnsWith(['1 call / 10s']);
    limits.start('x', callOf('ada'), NOW, []);
    ask('paused', 'ada', NOW);
    held.add('paused');
    expect(ask('other', 'ada', NOW + 10_000).kind).toBe('run');
    turns.offer(NOW + 10_000, () => undefined);
    expect(went).toEqual([]);
    held.clear();
    turns.offer(NOW + 10_000, () => undefined);
    expect(went).toEqual(['paused']);
  });

  it('T5: waits no longer than the patience and the deadline of its task allow', () => {
    const { limits, turns, ask } = turnsWith(['1 call / 10s', '1 at once'], [], 5_000);
    limits.start('x', callOf('ada'), NOW, []);
    expect(ask('a', 'ada', NOW)).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining('1/1 call, resets in 10 s'),
    });
    expect(ask('b', 'ada', NOW + 6_000).kind).toBe('wait');
    const due = placeOf('c', { deadlineAt: NOW + 9_000 });
    expect(turns.ask(due, callOf('ada'), NOW + 6_000).kind).toBe('refused');
    const step = placeOf('d', { step: { tool: 'search', input: null } });
    expect(turns.ask(step, callOf('ada'), NOW).kind).toBe('wait');
    // Of a place at the tool nobody knows when it is free; the end of the patience is known.
    let lookAt = 0;
    turns.forget('d');
    turns.offer(NOW + 10_000, (at = 0) => {
      lookAt = at;
    });
    expect(lookAt).toBe(NOW + 11_000);
    expect(ask('b', 'ada', NOW + 11_000).kind).toBe('refused');
  });
});
