import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UsageTotals } from '../spec/call-amounts.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { EventDraft } from './draft.ts';
import { foldRun, type Runs } from './fold-run.ts';
import { drawHistory, place, planTask } from './history.fixture.ts';
import { isFinal, noUsage, type RunState } from './run-state.ts';

const histories = fc.array(fc.nat(), { maxLength: 120 }).map(drawHistory);

describe('foldRun', () => {
  it('R2: a fold that goes on from a copy, over events that were stored, comes to the same', () => {
    fc.assert(
      fc.property(histories, fc.nat(), (history, at) => {
        const split = at % (history.length + 1);
        const stored = JSON.parse(JSON.stringify(history)) as readonly OverseerEvent[];
        const half = structuredClone(fold(stored.slice(0, split)));
        expect(fold(stored.slice(split), half)).toEqual(fold(history));
      }),
    );
  });

  it('R2: changes no event', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const before = JSON.stringify(history);
        fold(history);
        expect(JSON.stringify(history)).toBe(before);
      }),
    );
  });

  it('K2 R2: every prefix agrees with itself: what is open, who is at work, what was used', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const runs: Runs = new Map();
        for (const [at, event] of history.entries()) {
          foldRun(runs, event);
          for (const run of runs.values()) checkRun(run, history.slice(0, at + 1));
        }
      }),
    );
  });

  it('X4: a run is told by its own events alone', () => {
    fc.assert(
      fc.property(histories, (history) => {
        for (const [id, run] of fold(history)) {
          const own = history.filter((event) => event.run === id);
          expect(fold(own).get(id)).toEqual(run);
        }
      }),
    );
  });

  it('R2: passes over runs that did not start and tasks that no plan has', () => {
    const runs = fold([
      place({ type: 'run.suspended', run: 'unknown', data: { because: 'test' } }),
      place({ type: 'limit.learned', data: { rate: {} } }),
      ...started('r'),
      place({ type: 'task.failed', run: 'r', task: 'unknown', data: { because: 'test' } }),
    ]);
    expect([...runs.keys()]).toEqual(['r']);
    expect(runs.get('r')).toMatchObject({ status: 'running', open: 2 });
  });

  it('V1: a question of a role becomes a task of that role, one of a person does not', () => {
    const at = { run: 'r', task: 'a', attempt: 'a1' };
    const ask = (id: string, of: { role: string } | { person: string }): EventDraft => ({
      type: 'question.asked',
      ...at,
      data: { id, check: 0, validator: 'review', ask: { kind: 'ask', of, request: 'Right?' } },
    });
    const runs = fold([
      ...started('r'),
      place({ type: 'task.assigned', ...at, data: { model: 'm', because: 'test' } }),
      place(ask('q1', { role: 'reviewer' })),
      place(ask('q2', { person: 'mia' })),
    ]);
    const run = runs.get('r');
    expect([...(run?.tasks.keys() ?? [])]).toEqual(['a', 'b', 'a/q1']);
    expect(run?.open).toBe(3);
    expect(run?.tasks.get('a/q1')).toMatchObject({
      status: 'open',
      asks: { task: 'a', question: 'q1' },
      task: { kind: 'review', role: 'reviewer', instruction: 'Right?', needs: [], checks: [] },
    });
  });

  it('K3: a priority of an older journal that is none counts as medium', () => {
    const urgent = 'urgent' as never;
    const tasks = [{ ...planTask('a', []), priority: urgent }];
    const events = [
      place({ type: 'run.started', run: 'r', data: { title: 'Test' } }),
      place({ type: 'plan.accepted', run: 'r', data: { by: 'host', tasks } }),
    ];
    expect(fold(events).get('r')?.tasks.get('a')?.priority).toBe('medium');
    const change = (priority: 'high'): OverseerEvent =>
      place({ type: 'task.changed', run: 'r', task: 'a', data: { because: 'x', priority } });
    const priorityAfter = (event: OverseerEvent): unknown =>
      fold([...events, event])
        .get('r')
        ?.tasks.get('a')?.priority;
    expect(priorityAfter(change('high'))).toBe('high');
    expect(priorityAfter(change(urgent))).toBe('medium');
  });

  it('K6: tells why a run waits until it goes on', () => {
    const paused = [
      ...started('r'),
      place({ type: 'run.suspended', run: 'r', data: { because: 'lunch' } }),
    ];
    expect(fold(paused).get('r')).toMatchObject({ status: 'suspended', because: 'lunch' });
    paused.push(place({ type: 'run.resumed', run: 'r', data: { because: 'back' } }));
    expect(fold(paused).get('r')).toMatchObject({ status: 'running', because: undefined });
  });
});

function fold(events: readonly OverseerEvent[], runs: Runs = new Map()): Runs {
  for (const event of events) foldRun(runs, event);
  return runs;
}

function started(run: string): OverseerEvent[] {
  const tasks = [planTask('a', []), planTask('b', ['a'])];
  return [
    place({ type: 'run.started', run, data: { title: 'Test' } }),
    place({ type: 'plan.accepted', run, data: { by: 'host', tasks } }),
  ];
}

function checkRun(run: RunState, history: readonly OverseerEvent[]): void {
  const tasks = [...run.tasks.values()];
  expect(run.open).toBe(tasks.filter(({ status }) => !isFinal[status]).length);
  for (const { status, attempt } of tasks) expect(attempt !== undefined).toBe(status === 'running');
  expect(run.usage).toEqual(
    usageOf(history.filter((event) => event.run === run.id && event.task !== undefined)),
  );
}

function usageOf(history: readonly OverseerEvent[]): UsageTotals {
  const usage = noUsage();
  for (const { type, data } of history) {
    usage.cachedCalls += type === 'call.cached' ? 1 : 0;
    if (type !== 'call.finished' && type !== 'call.failed') continue;
    usage.calls += type === 'call.finished' ? 1 : 0;
    usage.failedCalls += type === 'call.failed' ? 1 : 0;
    usage.uncertainCalls += type === 'call.failed' && data.uncertain ? 1 : 0;
    usage.inputTokens += data.settled.inputTokens;
    usage.outputTokens += data.settled.outputTokens;
    usage.microUsd += data.settled.microUsd;
  }
  return usage;
}
