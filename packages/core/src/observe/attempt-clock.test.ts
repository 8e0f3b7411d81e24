import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawHistory } from '../journal/history.fixture.ts';
import type { OverseerEvent } from '../spec/event.ts';
import { ProgressFold } from './progress-fold.ts';
import { progressOf } from './progress-of.ts';
import {
  answers,
  asks,
  assigned,
  begun,
  calls,
  done,
  ended,
  fails,
  passes,
  type Step,
  tell,
  waits,
} from './told.fixture.ts';

const HOUR = 3_600_000;

describe('the clock of an attempt', () => {
  it('K7: stands while its run is suspended', () => {
    const over = tell([
      ...begun(),
      [10, suspended()],
      [HOUR, resumed()],
      [HOUR + 10, done('a', 'x1')],
    ]);
    expect(over?.work[0]).toMatchObject({ standing: 'done', workedMs: 20 });
    expect(over?.analytics).toMatchObject([{ meanMs: 20, p95Ms: 20 }]);
    expect(tell([...begun(), [10, suspended()]], HOUR)?.work[0]).toMatchObject({ workedMs: 10 });
  });

  it('K7: is what the next task is expected to take', () => {
    const told = tell([
      ...begun(['b']),
      [10, suspended()],
      [HOUR, resumed()],
      [HOUR + 10, done('a', 'x1')],
      [HOUR + 10, assigned('b', 'x2')],
    ]);
    expect(told?.work[1]).toMatchObject({ expectedMs: 20, endsAt: HOUR + 30 });
  });

  it('K7: stands while its task or the project is paused, but not for a call under way', () => {
    for (const [pause, resume] of PAUSES) {
      const paused: readonly Step[] = [...begun(), [0, calls('c1', 'm')], [10, pause]];
      expect(tell(paused, 30)?.work[0]?.workedMs).toBe(30);
      const left: readonly Step[] = [...paused, [50, answers('c1', 'm')], [60, passes(0)]];
      expect(tell(left, HOUR)?.work[0]?.workedMs).toBe(60);
      const over = tell([...left, [HOUR, resume], [HOUR + 40, done('a', 'x1')]]);
      expect(over?.work[0]?.workedMs).toBe(100);
    }
  });

  it('K7: stands while a person is asked, whatever else holds it up meanwhile', () => {
    const asking: readonly Step[] = [...begun(), [10, asks('q')]];
    const answered: readonly Step[] = [
      [HOUR, answer('q')],
      [HOUR, passes(0)],
    ];
    expect(tell(asking, HOUR)?.work[0]).toMatchObject({ standing: 'asking', workedMs: 10 });
    const over = tell([...asking, ...answered, [HOUR + 5, done('a', 'x1')]]);
    expect(over?.work[0]?.workedMs).toBe(15);
    const paused = tell([
      ...asking,
      [20, PAUSES[0][0]],
      ...answered,
      [2 * HOUR, PAUSES[0][1]],
      [2 * HOUR + 5, done('a', 'x1')],
    ]);
    expect(paused?.work[0]?.workedMs).toBe(15);
  });

  it('K7: a question of an attempt that ended holds nothing up any more', () => {
    const told = tell(
      [...begun(), [10, asks('q')], [20, ended('a', 'x1', 'failed')], [30, assigned('a', 'x2')]],
      90,
    );
    expect(told?.work[0]).toMatchObject({ standing: 'running', workedMs: 70 });
  });

  it('K7, R1: stands from the last event of a process that was killed', () => {
    const killed: readonly Step[] = [
      ...begun(),
      [0, calls('c1', 'm')],
      [10, passes(0)],
      [HOUR, fails('c1', 'm', 'aborted'), 2],
    ];
    const left = tell(killed, 2 * HOUR);
    expect(left).toMatchObject({ status: 'suspended', work: [{ workedMs: 10 }] });
    const over = tell([...killed, [2 * HOUR, resumed(), 2], [2 * HOUR + 30, done('a', 'x1'), 2]]);
    expect(over?.work[0]?.workedMs).toBe(40);
    expect(over?.limits.share).toBe(0);
  });

  it('K7: a wait for a limit stands too, and goes on', () => {
    const wait: readonly Step[] = [
      ...begun(),
      [100, waits('a', 'm: 5/5 calls, resets in 1 s', 1_100)],
      [300, suspended()],
    ];
    expect(tell(wait, HOUR)?.work[0]).toMatchObject({ limitedMs: 200, workedMs: 100 });
    const again: readonly Step[] = [...wait, [HOUR, resumed()]];
    expect(tell(again, HOUR + 50)?.work[0]).toMatchObject({
      ...{ standing: 'limited', limitedMs: 250, workedMs: 100 },
      waitsFor: 'm: 5/5 calls, resets in 1 s',
    });
    const over = tell([...again, [HOUR + 60, calls('c1', 'm')], [HOUR + 70, done('a', 'x1')]]);
    expect(over?.work[0]).toMatchObject({ limitedMs: 260, workedMs: 110 });
    expect(over?.limits.waits).toMatchObject([{ what: '5 calls', ms: 260 }]);
  });
});

it('K7: however long runs are suspended, in histories of chance, no task was worked on or waited for longer', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 120 }), (choices) => {
      const events = drawHistory(choices).filter(({ run }) => run === 'r1');
      if (events.findLast(({ type }) => type.startsWith('run.'))?.type === 'run.suspended') return;
      expect(timesOf(events, HOUR)).toEqual(timesOf(events, 0));
    }),
    { numRuns: 200, examples: [[[0, 0, 959719933, 361041432, 1976902402, 0, 0, 6663331]]] },
  );
});

/** What a run's tasks took, where each time that it was suspended lasts longer. */
function timesOf(events: readonly OverseerEvent[], longerMs: number): unknown {
  const fold = new ProgressFold();
  let nowMs = 0;
  let late = 0;
  for (const event of events) {
    if (event.type === 'run.resumed') late += longerMs;
    nowMs = event.at + late;
    fold.take({ ...event, at: nowMs });
  }
  const { runs } = progressOf(fold, { nowMs });
  return runs.map(({ work, analytics }) => [
    work.map(({ workedMs, waitedMs, limitedMs }) => [workedMs, waitedMs, limitedMs]),
    analytics.map(({ meanMs, p95Ms }) => [meanMs, p95Ms]),
  ]);
}

const because = { because: 'x' };
const PAUSES = [
  [
    { type: 'task.paused', task: 'a', data: because },
    { type: 'task.resumed', task: 'a', data: because },
  ],
  [
    { type: 'project.paused', data: because },
    { type: 'project.resumed', data: because },
  ],
] as const;

function suspended(): Step[1] {
  return { type: 'run.suspended', data: because };
}

function resumed(): Step[1] {
  return { type: 'run.resumed', data: because };
}

function answer(id: string): Step[1] {
  const data = { id, reply: 'yes', by: 'mia' };
  return { type: 'question.answered', task: 'a', attempt: 'x1', data };
}
