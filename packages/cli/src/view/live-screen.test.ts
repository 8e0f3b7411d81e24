import { stripVTControlCharacters } from 'node:util';
import type { ModelState, WorkStatus } from '@overseer/core';
import type { ModelWork, OverseerEvent } from '@overseer/core/spec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callFinished, callStarted, event, planTask, START, verdict } from './event.fixture.ts';
import { liveScreen } from './live-screen.ts';
import { emptyView, foldView, type RunView } from './run-view.ts';
import type { ScreenInput } from './screen-input.ts';
import { widthOf } from './width.ts';

function viewOf(tasks: number, ...events: readonly OverseerEvent[]): RunView {
  const view = emptyView();
  const keys = Array.from({ length: tasks }, (_, at) => `T${at + 1}`);
  for (const one of [
    event('run.started', { title: 'Work' }),
    event('plan.accepted', { by: 'host', tasks: keys.map((key) => planTask(key)) }),
    ...events,
  ]) {
    foldView(view, one);
  }
  return view;
}

function model(name: string, more: Partial<ModelState> = {}): ModelState {
  return {
    name,
    id: name,
    provider: 'openai',
    local: false,
    connection: {
      state: 'connected',
      reason: 'it answered last',
      code: undefined,
      sinceAt: START,
    },
    work: at('idle'),
    readiness: 'ready',
    breaker: { state: 'closed', scope: 'model', failures: 0, probeAt: undefined },
    running: 0,
    limits: [],
    ...more,
  };
}

function at(state: ModelWork, more: Partial<WorkStatus> = {}): WorkStatus {
  return { state, reason: state, code: undefined, sinceAt: START, untilAt: undefined, ...more };
}

const assigned = (task: string): OverseerEvent =>
  event('task.assigned', { model: 'm', because: 'free' }, { task });

function lines(input: Partial<ScreenInput>): readonly string[] {
  const screen = liveScreen({
    view: viewOf(1),
    models: [],
    streamed: new Map(),
    nowMs: START + 2_000,
    columns: 110,
    rows: 36,
    ...input,
  });
  return stripVTControlCharacters(screen).split('\n');
}

describe('liveScreen', () => {
  it('X5: what a server said of its fault adds no line', () => {
    const down = model('m', {
      work: at('error', { reason: 'it has\n  ○ n   idle\u2028  ○ o   idle' }),
    });
    const shown = lines({ models: [down] });
    expect(shown.filter((line) => /^ {2}[○✗]|\u2028/.test(line))).toHaveLength(1);
  });

  it('A6 L1: a line a model: its state, its tasks, what is used of its limits, and why it is down', () => {
    const view = viewOf(
      2,
      callStarted('c1', 'T1', 'coder-a'),
      callStarted('c2', 'T2/review-1-0', 'coder-a'),
    );
    const limit = { limit: 'coder-b: 5 calls / 20s', used: 4, held: 1, capacity: 5 };
    const spent = { limit: 'coder-a: $50 / 1d', used: 1_500_000, held: 0, capacity: 50_000_000 };
    const tokens = { limit: 'coder-a: 100k tokens / 1d', used: 34_567, held: 0, capacity: 1e5 };
    const models = [
      model('coder-a', {
        work: at('processing'),
        limits: [spent, tokens].map((one) => ({ ...one, resetAt: START })),
      }),
      model('coder-b', { work: at('waiting'), limits: [{ ...limit, resetAt: START + 10_000 }] }),
      model('c', {
        work: at('error', {
          untilAt: START + 5_000,
          reason: 'network (2 times in a row): openai/c: gone; check it',
        }),
      }),
      model('d', { limits: [{ ...limit, limit: 'd: 4 at once', resetAt: undefined }] }),
    ];
    expect(lines({ view, models }).slice(1, 5)).toEqual([
      '  ● coder-a processing   T1, reviews T2 $1.50/$50 / 1d, 35k/100k tokens / 1d',
      '  ◷ coder-b waiting                     5/5 calls / 20s, more in 8.0 s',
      '  ✗ c       error                       for 3.0 s: network (2 times in a row): gone',
      '  ○ d       idle',
    ]);
  });

  it('A6: a line a running task: title, time, what has come so far, and which attempt it is', () => {
    const view = viewOf(
      4,
      assigned('T1'),
      assigned('T2'),
      event('attempt.ended', { outcome: 'rejected', because: 'x' }, { task: 'T2' }),
      assigned('T2'),
      assigned('T3'),
      verdict('T3', 'tsc', { kind: 'pass' }),
    );
    const shown = lines({ view, streamed: new Map([['T1', 400]]) });
    expect(shown.slice(1, -1)).toEqual([
      `  ${'Title of T1'.padEnd(48)}  2.0 s  ▪▪▪          100 tokens`,
      `  ${'Title of T2'.padEnd(48)}  2.0 s  ·             attempt 2`,
      `  ${'Title of T3'.padEnd(48)}  2.0 s  checks tsc ✓`,
    ]);
  });

  it('A6: the last line says how far the run is', () => {
    const view = viewOf(
      4,
      assigned('T1'),
      callFinished('c', 'T1', 'm'),
      event('task.done', {}, { task: 'T1' }),
    );
    expect(lines({ view }).at(-1)).toBe(
      `  ${'█'.repeat(5)}${'░'.repeat(15)} 1/4 verified · 1 call · $0.0025 · 2.0 s`,
    );
    expect(lines({ view: emptyView() }).at(-1)).toBe(`  ${'░'.repeat(20)} 0/0 verified · 0 calls`);
  });

  it('A6: on a short screen the least important lines give way, and their number is told', () => {
    const events = Array.from({ length: 9 }, (_, at) => assigned(`T${at + 1}`));
    const models = Array.from({ length: 9 }, (_, at) => model(`m${at}`));
    const shown = lines({ view: viewOf(9, ...events), models, rows: 15 });
    expect(shown).toHaveLength(12);
    expect(shown[7]).toBe('  and 3 more');
    expect(shown.slice(8, 11)).toEqual([
      expect.stringContaining('Title of T1'),
      expect.stringContaining('Title of T2'),
      '  and 7 more',
    ]);
    expect(shown[11]).toContain('0/9 verified');
  });

  it('X5: names and titles cannot move the cursor', () => {
    const view = viewOf(0);
    foldView(
      view,
      event('plan.accepted', { by: 'host', tasks: [planTask('k', { title: 'a\u001b[2Jb' })] }),
    );
    foldView(view, assigned('k'));
    const shown = liveScreen({
      view,
      models: [model('evil\u001b[H')],
      streamed: new Map(),
      nowMs: START,
      columns: 80,
      rows: 20,
    });
    for (const code of ['\u001b[2J', '\u001b[H']) expect(shown).not.toContain(code);
  });

  it('A6 L1: a gauge says how far it is', () => {
    const gauge = { limit: 'local: cpu < 80%', used: 37, held: 0, capacity: 80 };
    const limits = [{ ...gauge, resetAt: undefined }];
    const shown = lines({ view: viewOf(1), models: [model('local', { limits })] });
    expect(shown.find((line) => line.includes('local'))).toContain('37%, cpu < 80%');
  });

  it('A6: is never larger than the screen, whatever its size', () => {
    const size = fc.integer({ min: 20, max: 200 });
    const few = fc.integer({ min: 0, max: 12 });
    fc.assert(
      fc.property(size, fc.integer({ min: 8, max: 60 }), few, few, (columns, rows, tasks, team) => {
        const events = Array.from({ length: tasks }, (_, at) => assigned(`T${at + 1}`));
        const why = '漢字 '.repeat(20);
        const models = Array.from({ length: team }, (_, nth) =>
          model(`m${nth}`, { work: at('error', { reason: why }) }),
        );
        const shown = lines({ view: viewOf(tasks, ...events), models, columns, rows });
        expect(shown.length).toBeLessThan(rows);
        for (const line of shown) expect(widthOf(line)).toBeLessThan(columns);
      }),
    );
  });
});
