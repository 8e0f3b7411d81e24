import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../journal/draft.ts';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import { drawHistory, place, planTask } from '../journal/history.fixture.ts';
import type { PlanTask } from '../spec/task.ts';
import type { RunProgress } from './progress.ts';
import { ProgressFold } from './progress-fold.ts';
import { progressOf } from './progress-of.ts';
import { assigned, ended, eventsOf, type Step, waits } from './told.fixture.ts';

describe('the fold of progress', () => {
  it('K7: agrees with the kernel about every task, at every prefix of histories of chance', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 120 }), (choices) => {
        const runs: Runs = new Map();
        const fold = new ProgressFold();
        for (const event of drawHistory(choices)) {
          foldRun(runs, event);
          fold.take(event);
          for (const told of progressOf(fold, { nowMs: event.at }).runs) {
            checkSums(told);
            checkStandings(told, runs);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('K7: counts the wait of all tasks of a group, and nothing while a run is suspended', () => {
    const [told] = play([
      [0, { type: 'run.started', data: { title: 'It' } }],
      [0, planned(['a', []], ['b', []])],
      [100, waits('a', 'm: 5/5 calls, resets in 1 s', 1_100)],
      [300, { type: 'run.suspended', data: { because: 'stop' } }],
      [900, { type: 'run.resumed', data: { because: 'go' } }],
      [1_000, assigned('a', 'x1')],
      [1_500, { type: 'task.done', task: 'a', attempt: 'x1', data: {} }],
      [1_600, assigned('b', 'x2')],
    ]);
    const [a, b] = told?.work ?? [];
    expect([a?.waitedMs, a?.limitedMs, a?.workedMs]).toEqual([400, 300, 500]);
    expect([b?.waitedMs, b?.limitedMs]).toEqual([1_000, 300]);
    expect(told?.limits.waits).toEqual([
      { model: 'm', what: '5 calls', kind: 'limit', ms: 600, times: 4 },
    ]);
  });

  it('K7: a task that is tried again goes on counting, and each try is in the analytics', () => {
    const [told] = play([
      [0, { type: 'run.started', data: { title: 'It' } }],
      [0, planned(['a', []], ['b', ['a']])],
      [0, assigned('a', 'x1')],
      [50, ended('a', 'x1', 'rejected')],
      [80, assigned('a', 'x2')],
      [90, ended('a', 'x2', 'failed', 'infrastructure')],
      [90, { type: 'task.failed', task: 'a', data: { because: 'no' } }],
      [90, { type: 'task.skipped', task: 'b', data: { because: 'a failed' } }],
      [100, { type: 'task.reopened', task: 'a', data: { because: 'again' } }],
      [100, { type: 'task.reopened', task: 'b', data: { because: 'again' } }],
      [130, assigned('a', 'x3')],
      [230, { type: 'task.done', task: 'a', attempt: 'x3', data: { commit: 'abc' } }],
    ]);
    expect(told?.counts).toMatchObject({ done: 1, ready: 1 });
    expect(told?.work[0]).toMatchObject({
      attempts: 3,
      workedMs: 160,
      waitedMs: 60,
      elapsedMs: 230,
    });
    expect(told?.recovery.commits).toEqual([{ task: 'a', commit: 'abc', at: 230 }]);
    expect(told?.analytics).toMatchObject([
      { model: 'm', attempts: 3, accepted: 1, refused: 1, failed: 1, quality: 0.5, p95Ms: 100 },
    ]);
  });

  it('K7: a wait in the midst of an attempt is a wait for a limit, and no work', () => {
    const [told] = play([
      [0, { type: 'run.started', data: { title: 'It' } }],
      [0, planned(['a', []])],
      [0, assigned('a', 'x1')],
      [100, waits('a', 'm: 9k/10k tokens and 2k to come, resets in 5 min', 400)],
    ]);
    expect(told?.work[0]).toMatchObject({ standing: 'limited', workedMs: 100, limitedMs: 0 });
    const fold = new ProgressFold();
    for (const event of eventsOf([
      [0, { type: 'run.started', data: { title: 'It' } }],
      [0, planned(['a', []])],
      [0, assigned('a', 'x1')],
      [100, waits('a', 'm: 9k/10k tokens and 2k to come, resets in 5 min', 400)],
    ])) {
      fold.take(event);
    }
    const later = progressOf(fold, { nowMs: 350 }).runs[0];
    expect(later?.work[0]).toMatchObject({ workedMs: 100, limitedMs: 250 });
    expect(later?.limits).toMatchObject({
      waits: [{ model: 'm', what: '10k tokens', kind: 'limit', ms: 250 }],
      turnMs: 0,
      delayMs: 250,
    });
  });

  it('K7: says who holds up whom: a failure, a pause and a person', () => {
    const fold = new ProgressFold();
    for (const event of eventsOf([
      [0, { type: 'run.started', data: { title: 'It' } }],
      [0, planned(['a', []], ['b', ['a']], ['c', []], ['d', []], ['e', ['d']], ['f', ['d']])],
      [10, { type: 'task.failed', task: 'a', data: { because: 'no' } }],
      [10, { type: 'task.skipped', task: 'b', data: { because: 'a failed' } }],
      [10, { type: 'task.paused', task: 'c', data: { because: 'later' } }],
      [10, assigned('d', 'x1')],
      [
        20,
        {
          type: 'question.asked',
          task: 'd',
          attempt: 'x1',
          data: {
            id: 'q',
            check: 0,
            validator: 'v',
            ask: { kind: 'ask', of: { person: 'mia' }, request: 'ok?' },
          },
        },
      ],
    ])) {
      fold.take(event);
    }
    expect(progressOf(fold, { nowMs: 30 }).bottlenecks).toMatchObject([
      { kind: 'person', task: 'd', holdsUp: 2, text: 'd holds up 2 tasks: it waits for a person' },
      { kind: 'pause', holdsUp: 1, text: '1 task is paused' },
      { kind: 'failure', task: 'a', holdsUp: 1 },
    ]);
  });

  it('K7: keeps the last hundred of the runs that are over', () => {
    const fold = new ProgressFold();
    for (let n = 0; n < 250; n++) {
      const run = `r${n}`;
      fold.take(place({ type: 'run.started', run, data: { title: run } }, n * 2 + 1));
      if (n > 0) {
        const usage = { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 };
        const data = { status: 'completed', usage } as never;
        fold.take(place({ type: 'run.finished', run, data } as EventDraft, n * 2 + 2));
      }
    }
    expect([...fold.runs.keys()].slice(0, 2)).toEqual(['r0', 'r150']);
    expect(fold.runs.size).toBe(101);
  });
});

function play(steps: readonly Step[]): readonly RunProgress[] {
  const fold = new ProgressFold();
  for (const event of eventsOf(steps)) fold.take(event);
  return progressOf(fold, { nowMs: steps.at(-1)?.[0] ?? 0 }).runs;
}

function planned(...tasks: readonly (readonly [string, readonly string[]])[]): Step[1] {
  const all: readonly PlanTask[] = tasks.map(([key, needs]) => planTask(key, needs));
  return { type: 'plan.accepted', data: { by: 'host', tasks: all } };
}

function checkStandings(told: RunProgress, runs: Runs): void {
  for (const { task, standing, model } of told.work) {
    const state = runs.get(told.run)?.tasks.get(task);
    const isOpen = state?.status === 'open' || state?.status === 'running';
    const isOver = ['done', 'failed', 'skipped'].includes(standing);
    expect(isOver ? standing : 'goes on', task).toBe(isOpen ? 'goes on' : state?.status);
    if (standing === 'running') expect(state?.attempt).toBeDefined();
    if (standing === 'ready') expect(state?.attempt).toBeUndefined();
    expect(model, task).toBe(state?.attempt?.model ?? state?.past.at(-1)?.model);
  }
  for (const { task, attempt, model, recordedCalls } of told.recovery.attempts) {
    const state = runs.get(told.run)?.tasks.get(task)?.attempt;
    expect([attempt, model, recordedCalls]).toEqual([state?.id, state?.model, state?.steps.length]);
  }
}

function checkSums(told: RunProgress): void {
  const counted = Object.values(told.counts).reduce((sum, count) => sum + count, 0);
  expect(counted).toBe(told.tasks);
  expect(told.share).toBeGreaterThanOrEqual(0);
  expect(told.share).toBeLessThanOrEqual(1);
  expect(told.limits.share).toBeLessThanOrEqual(1);
  for (const { waitedMs, limitedMs, workedMs } of told.work) {
    expect(Math.min(waitedMs, limitedMs, workedMs)).toBeGreaterThanOrEqual(0);
  }
}
