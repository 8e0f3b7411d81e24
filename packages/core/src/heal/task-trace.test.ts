import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../journal/draft.ts';
import { place } from '../journal/history.fixture.ts';
import type { Json } from '../spec/json.ts';
import { findLoop } from './find-loop.ts';
import { newTrace, type TaskTrace, takeEvent } from './task-trace.ts';

const rules = { repeats: 5, isPolling: () => false };

describe('the trace of a task', () => {
  it('K10: knows equal calls whatever the order of their fields, and tells other outcomes apart', () => {
    const trace = newTrace(place(assigned()));
    for (let nth = 1; nth <= 5; nth++) {
      const input = nth % 2 === 0 ? { path: 'a', deep: true } : { deep: true, path: 'a' };
      step(trace, nth, input, 'nothing there');
    }
    expect(findLoop(trace.steps, rules)).toMatchObject({ period: 1, turns: 5 });
    step(trace, 6, { path: 'a', deep: true }, 'something there');
    expect(findLoop(trace.steps, rules)).toBeUndefined();
  });

  it('K10: begins anew with each attempt and with each answer in words, and counts what all cost', () => {
    const trace = newTrace(place(assigned()));
    for (let nth = 1; nth <= 4; nth++) step(trace, nth, {}, 'same');
    take(trace, assigned(), 50);
    expect(trace.steps).toEqual([]);
    step(trace, 6, {}, 'same');
    take(trace, finished('c7', { type: 'text', text: 'well' }), 70);
    expect(trace.steps).toEqual([]);
    expect(trace.cost).toEqual({ calls: 6, inputTokens: 60, outputTokens: 6, microUsd: 12 });
  });

  it('K10: stays as small as its window, however long it goes on', () => {
    const trace = newTrace(place(assigned()));
    for (let nth = 1; nth <= 2_000; nth++) {
      step(trace, nth, { nth }, 'x'.repeat(1_000));
      take(trace, { type: 'attempt.ended', ...at, data: { outcome: 'moved', because: 'x' } }, nth);
    }
    expect(JSON.stringify(trace).length).toBeLessThan(10_000);
  });

  it('K10: waits for the outcomes of all calls of a step', () => {
    const trace = newTrace(place(assigned()));
    const two = [toolCall('t1', 'read', {}), toolCall('t2', 'list', {})];
    take(trace, finished('c1', ...two), 1);
    take(trace, { type: 'tool.finished', ...at, data: { id: 't2', output: 'b' } }, 2);
    expect(trace.steps).toEqual([]);
    take(trace, { type: 'tool.finished', ...at, data: { id: 't1', output: 'a' } }, 3);
    expect(trace.steps).toMatchObject([{ tools: ['read', 'list'], call: 'c1', seq: 3 }]);
  });
});

const at = { run: 'r', task: 'a', attempt: 'at' } as const;

function assigned(): EventDraft {
  return { type: 'task.assigned', ...at, data: { model: 'm', because: 'free' } };
}

type Parts = Extract<EventDraft, { type: 'call.finished' }>['data']['parts'];

function finished(call: string, ...parts: Parts): EventDraft {
  const settled = { inputTokens: 10, outputTokens: 1, microUsd: 2 };
  const data = {
    parts,
    reason: 'stop',
    usage: { input: {}, output: {} },
    settled,
    durationMs: 1,
  } as const;
  return { type: 'call.finished', ...at, call, data };
}

function toolCall(id: string, name: string, input: Json): Parts[number] {
  return { type: 'tool-call', id, name, input };
}

function step(trace: TaskTrace, nth: number, input: Json, output: Json): void {
  take(trace, finished(`c${nth}`, toolCall(`t${nth}`, 'read', input)), nth * 10);
  take(trace, { type: 'tool.finished', ...at, data: { id: `t${nth}`, output } }, nth * 10 + 1);
}

function take(trace: TaskTrace, draft: EventDraft, seq: number): void {
  takeEvent(trace, place(draft, seq));
}
