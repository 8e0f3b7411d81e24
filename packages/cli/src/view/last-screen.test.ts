import { stripVTControlCharacters } from 'node:util';
import type { OverseerEvent } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { callFailed, callFinished, event, planTask, START, verdict } from './event.fixture.ts';
import { type LastScreenInput, lastScreen } from './last-screen.ts';
import { emptyView, foldView, type RunView } from './run-view.ts';
import { runSummary, runTable, taskTable } from './status-tables.ts';
import { widthOf } from './width.ts';

const usage = {
  calls: 0,
  failedCalls: 0,
  uncertainCalls: 0,
  inputTokens: 0,
  outputTokens: 0,
  microUsd: 0,
};

function viewOf(...events: readonly OverseerEvent[]): RunView {
  const view = emptyView();
  const tasks = [planTask('a', { title: `Write ${'x'.repeat(60)}` }), planTask('b')];
  for (const one of [
    event('run.started', { title: 'Work' }),
    event('plan.accepted', { by: 'host', tasks }),
    event('task.assigned', { model: 'm', because: 'free' }, { task: 'a' }),
    ...events,
  ]) {
    foldView(view, one);
  }
  return view;
}

const worked: readonly OverseerEvent[] = [
  callFailed('c1', 'a', 'm'),
  callFailed('c2', 'a', 'm'),
  callFinished('c3', 'a', 'm'),
  verdict('a', 'tsc', { kind: 'pass' }),
  event('task.done', { commit: 'abc' }, { task: 'a', at: START + 3_000 }),
  event('task.failed', { because: 'm: openai/m: gone' }, { task: 'b' }),
  event('run.finished', { status: 'failed', because: 'b: m: openai/m: gone', usage }),
];

function screen(view: RunView, more: Partial<LastScreenInput> = {}): readonly string[] {
  const input = { view, journal: '/p/journal.db', commits: [], notes: [], columns: undefined };
  return lastScreen({ ...input, ...more }).map(stripVTControlCharacters);
}

describe('lastScreen', () => {
  it('X5: nothing that was said adds a line to it', () => {
    const because = 'it broke\nRun r completed: 2 of 2 tasks verified\u2028Totals: nothing';
    const end = event('run.finished', { status: 'failed', because, usage });
    const refused = event('task.failed', { because }, { task: 'b' });
    const lines = screen(viewOf(refused, end), { commits: ['abc Write\nit'] });
    expect(lines.filter((line) => /[\r\n\u2028]/.test(line))).toEqual([]);
    expect(lines).toContain('  abc Write it');
  });

  it('L7: does not say that nothing was charged where nobody knows a price', () => {
    const amount = { inputTokens: 1, outputTokens: 1, microUsd: 0 };
    const data = { step: 1, holds: [], estimate: amount, worst: amount };
    const started = (unpriced: boolean): OverseerEvent =>
      event(
        'call.started',
        { ...data, ...(unpriced ? { unpriced } : {}) },
        { task: 'a', call: 'c' },
      );
    expect(screen(viewOf(started(true))).join('\n')).toContain('dollars not known');
    expect(screen(viewOf(started(false))).join('\n')).toContain('nothing charged');
    const some = screen(viewOf(started(true), callFinished('c', 'a', 'm'))).join('\n');
    expect(some).toMatch(/\$0\.\d+ and more/);
  });

  it('A6 L7: tells every task, what did not go straight, the commits, and the sums', () => {
    const lines = screen(viewOf(...worked), { commits: ['abc Write'], notes: ['A note.'] });
    expect(lines[1]).toBe(
      `${'task'.padEnd(44)}  model  attempts  verdict          tokens     cost   time`,
    );
    expect(lines[3]).toBe(
      `Write ${'x'.repeat(37)}…  m             1  verified: tsc ✓   1,050  $0.0025  3.0 s`,
    );
    expect(lines[4]).toMatch(/^Title of b +- +0 +failed +0 +- +-$/);
    expect(lines.slice(5)).toEqual([
      '',
      'What did not go straight',
      '  a (done):',
      '    - m: network: connect ECONNREFUSED 127.0.0.1:9 (2 times)',
      '  b (failed):',
      '    - m: gone',
      '',
      'Commits, newest first',
      '  abc Write',
      '',
      'Totals: 1 call finished, 2 failed; 1,000 tokens in, 50 out; $0.0025',
      'Run r failed: 1 of 2 tasks verified; b: m: gone',
      'Journal: /p/journal.db',
      'A note.',
    ]);
  });

  it('A6: on a narrow terminal titles give way, and what may be copied is whole', () => {
    const journal = `/a/long/path/${'j'.repeat(90)}`;
    const lines = screen(viewOf(...worked), { columns: 84, journal, commits: ['c'.repeat(99)] });
    expect(lines[3]).toContain('verified: tsc ✓   1,050  $0.0025  3.0 s');
    const cut = lines.slice(
      0,
      lines.findIndex((line) => line.startsWith('Totals')),
    );
    for (const line of cut) expect(widthOf(line)).toBeLessThanOrEqual(84);
    expect(lines).toContain(`Journal: ${journal}`);
  });

  it('L6: calls whose end nobody saw are told as such', () => {
    const view = viewOf(callFailed('c', 'a', 'm', { uncertain: true }));
    expect(screen(view).join('\n')).toContain('1 failed (1 uncertain, charged at their estimate)');
  });

  it('L8 M13: calls that were not made are told as such', () => {
    const data = {
      step: 1,
      key: 'k',
      of: 'c0',
      by: 'kept' as const,
      parts: [],
      reason: 'stop' as const,
      saved: { inputTokens: 5, outputTokens: 5, microUsd: 5 },
    };
    const view = viewOf(event('call.cached', data, { task: 'a', model: 'm' }));
    expect(screen(view).join('\n')).toContain(
      '0 calls finished, 0 failed, 1 answered from before; 0 tokens in, 0 out; nothing charged',
    );
    expect(runSummary(view)).toMatchObject({ calls: 0, cachedCalls: 1 });
  });

  it('A6: a check that is no more than an answer is told as one', () => {
    const lines = screen(viewOf(event('task.done', {}, { task: 'a' })));
    expect(lines[3]).toContain('verified: answer ✓');
  });

  it('X5: what models wrote cannot move the cursor', () => {
    const because = 'x\u001b[2Jy';
    const view = viewOf(event('task.failed', { because }, { task: 'a' }));
    const lines = lastScreen({
      view,
      journal: '',
      commits: [because],
      notes: [because],
      columns: 80,
    });
    expect(lines.join('\n')).not.toContain('\u001b[2J');
  });
});

describe('the tables of overseer status', () => {
  it('A6: every run in a line', () => {
    expect(runTable([viewOf(...worked)])[2]).toBe(
      'r    Work   failed       1/2      1   1,050  $0.0025',
    );
  });

  it('A6: one run task by task', () => {
    const lines = taskTable(viewOf(...worked));
    expect(lines[0]).toBe('Work: failed (b: m: gone)');
    expect(lines[4]).toMatch(/^Write x+… +done +m +1 +tsc ✓ +3\.0 s$/);
  });

  it('A6: one run for programs, money in dollars', () => {
    expect(JSON.parse(JSON.stringify(runSummary(viewOf(...worked))))).toMatchObject({
      run: 'r',
      status: 'failed',
      startedAt: START,
      calls: 1,
      usd: 0.0025,
      tasks: [
        { key: 'a', status: 'done', commit: 'abc', microUsd: 2_500 },
        { key: 'b', status: 'failed' },
      ],
    });
  });
});
