import { describe, expect, it } from 'vitest';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import { drawHistory } from '../journal/history.fixture.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import { type HeldStep, HeldSteps } from './held-steps.ts';
import type { ToolWait } from './tool-wait.ts';

const WAIT: ToolWait = { because: 'its quota', untilAt: 5, on: undefined, isQuota: true };

const known: Runs = new Map();
for (const event of drawHistory([0, 0])) foldRun(known, event);

function known1(): { readonly run: RunState; readonly task: TaskState } {
  const run = known.get('r1');
  const task = run?.tasks.get('a');
  if (run === undefined || task === undefined) throw new Error('There is no task.');
  return { run, task };
}

function stepOf(key: string, some: Partial<HeldStep> = {}, id = 'r1'): HeldStep {
  const { run, task } = known1();
  return {
    run: { ...run, id },
    task: { ...task, task: { ...task.task, key } },
    call: undefined,
    readyAt: 0,
    expiresAt: Number.POSITIVE_INFINITY,
    ...some,
  };
}

/** Lets everybody go but for some; says who was asked, in order. */
function offerAll(held: HeldSteps, refused: readonly string[] = []): string {
  const asked: string[] = [];
  held.offer(({ task }) => {
    asked.push(task.task.key);
    return refused.includes(task.task.key) ? WAIT : undefined;
  });
  return asked.join(' ');
}

describe('HeldSteps', () => {
  it('T5 K2: who asked first goes first, over all lines', () => {
    const held = new HeldSteps();
    for (const [key, line] of ['a1', 'b2', 'a3', 'c4', 'b5'].map((name) => [name, name[0] ?? ''])) {
      held.put(line ?? '', stepOf(key ?? ''), WAIT);
    }
    expect(offerAll(held)).toBe('a1 b2 a3 c4 b5');
    expect(held.size).toBe(0);
    expect(held.waitOf('a')).toBeUndefined();
  });

  it('K3: who was put first and taken back goes where it stood', () => {
    const held = new HeldSteps();
    for (const key of ['a1', 'a2', 'a3']) held.put('a', stepOf(key), WAIT);
    held.putFirst('r1', 'a3');
    held.putFirst('r1', 'a2');
    held.putBack('r1', 'a3');
    held.putBack('r1', 'a1');
    held.putBack('r1', 'nothing');
    expect(offerAll(held)).toBe('a2 a1 a3');
  });

  it('T5 K2: a line is asked at its first alone, however long it is, and holds up no other', () => {
    const held = new HeldSteps();
    for (let n = 0; n < 1_000; n++) held.put('long', stepOf(`long${n}`), WAIT);
    held.put('other', stepOf('other'), WAIT);
    expect(offerAll(held, ['long0'])).toBe('long0 other');
    expect(offerAll(held, ['long2'])).toBe('long0 long1 long2');
    expect(held.size).toBe(998);
  });

  it('K6: a task, or all of a run, is let go wherever it stands', () => {
    const held = new HeldSteps();
    for (const key of ['a', 'b', 'c', 'd']) {
      held.put('line', stepOf(key, { expiresAt: 9 }, key === 'c' ? 'r2' : 'r1'), WAIT);
    }
    held.remove('r1', 'b');
    held.remove('r1', 'nobody');
    expect([held.has('r1', 'b'), held.has('r1', 'a'), held.size]).toEqual([false, true, 3]);
    held.removeRun('r1');
    expect([held.size, held.expiresAt]).toEqual([1, 9]);
    expect(offerAll(held)).toBe('c');
    expect(held.expiresAt).toBeUndefined();
  });

  it('K6: one whose whole run ends while it is offered is out once', () => {
    const held = new HeldSteps();
    for (const key of ['a', 'b']) held.put('line', stepOf(key), WAIT);
    held.put('line', stepOf('c', {}, 'r2'), WAIT);
    const asked: string[] = [];
    held.offer(({ task, run }) => {
      asked.push(task.task.key);
      held.removeRun(run.id);
      return undefined;
    });
    expect(asked).toEqual(['a', 'c']);
    expect(held.size).toBe(0);
  });

  it('K3: gives back who has waited as long as it may, with what for, the earliest first', () => {
    const held = new HeldSteps();
    held.put('line', stepOf('a', { expiresAt: 30 }), WAIT);
    held.put('line', stepOf('b', { expiresAt: 10 }), WAIT);
    held.put('line', stepOf('c'), WAIT);
    held.put('line', stepOf('d', { expiresAt: 20 }), WAIT);
    const expired: string[] = [];
    const note = ({ task }: HeldStep, { because }: ToolWait): void => {
      expired.push(`${task.task.key}: ${because}`);
    };
    held.takeExpired(9, note);
    expect([expired, held.expiresAt]).toEqual([[], 10]);
    held.takeExpired(20, note);
    expect([expired, held.expiresAt]).toEqual([['b: its quota', 'd: its quota'], 30]);
    held.retime(({ readyAt }) => ({ readyAt: readyAt - 5, expiresAt: 25 }));
    expect(held.list()).toMatchObject([{ wait: WAIT, steps: [{ readyAt: -5 }, { readyAt: -5 }] }]);
    held.takeExpired(25, note);
    expect(expired.slice(2).sort()).toEqual(['a: its quota', 'c: its quota']);
    expect(held.size).toBe(0);
  });
});
