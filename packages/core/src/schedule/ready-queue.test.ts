import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Priority } from '../spec/task.ts';
import { type OfferOutcome, ReadyQueue } from './ready-queue.ts';
import { filled, flowOf, NOW, ready, taken } from './ready-task.fixture.ts';
import type { ReadyTask } from './ready-task.ts';

describe('ReadyQueue', () => {
  it('K3: inside a flow and priority, the longest chain behind comes first, then who was ready first', () => {
    const queue = filled([
      ready({ task: 'late', order: 3 }),
      ready({ task: 'long', rank: 7, order: 4 }),
      ready({ task: 'early', order: 2 }),
    ]);
    expect(taken(queue)).toEqual(['long', 'early', 'late']);
    expect(queue.size).toBe(0);
  });

  it('K3: a chain counts for a thousand places a link, and never for ever', () => {
    const queue = filled([
      ready({ task: 'old', order: 1 }),
      ready({ task: 'soon', rank: 1, order: 1_000 }),
      ready({ task: 'late', rank: 1, order: 1_002 }),
    ]);
    expect(taken(queue)).toEqual(['soon', 'old', 'late']);
  });

  it('K5: a group whose models are taken never holds up another, and is asked once a turn', () => {
    const queue = filled([
      ready({ task: 'a1', group: 'a', priority: 'critical', order: 1 }),
      ready({ task: 'b1', group: 'b', order: 2 }),
      ready({ task: 'a2', group: 'a', order: 3 }),
      ready({ task: 'b2', group: 'b', order: 4 }),
    ]);
    const seen: string[] = [];
    queue.offer(NOW, ({ task, group }) => {
      seen.push(task);
      return group === 'a' ? 'blocked' : 'started';
    });
    expect(seen).toEqual(['a1', 'b1', 'b2']);
    expect(queue.size).toBe(2);
    expect(taken(queue)).toEqual(['a1', 'a2']);
  });

  it('K5: a task that waits for a reason of its own does not hold up its group', () => {
    const queue = filled(flowOf('a', 3));
    const seen: string[] = [];
    queue.offer(NOW, ({ task }) => {
      seen.push(task);
      return task === 'a1' ? 'aside' : 'started';
    });
    expect(seen).toEqual(['a1', 'a2', 'a3']);
    expect(taken(queue)).toEqual(['a1']);
  });

  it('R9: keeps a task back until its time has come, and says when that is', () => {
    const queue = filled([
      ready({ task: 'second', notBefore: NOW + 20 }),
      ready({ task: 'first', notBefore: NOW + 10 }),
    ]);
    expect(queue.size).toBe(2);
    expect(queue.offer(NOW + 9, refuseToAnswer)).toBe(NOW + 10);
    expect(taken(queue, 9, NOW + 10)).toEqual(['first']);
    expect(queue.offer(NOW + 19, refuseToAnswer)).toBe(NOW + 20);
    expect(taken(queue, 9, NOW + 1_000)).toEqual(['second']);
    expect(queue.offer(NOW, refuseToAnswer)).toBeUndefined();
  });

  it('K3: gives back whoever has waited long enough, and says when that will be', () => {
    const queue = filled([
      ready({ task: 'hasty', expiresAt: NOW + 10 }),
      ready({ task: 'calm', order: 1, expiresAt: NOW + 30 }),
      ready({ task: 'hasty and late', notBefore: NOW + 100, expiresAt: NOW + 20 }),
    ]);
    const gone: string[] = [];
    const offer = (nowMs: number): number | undefined =>
      queue.offer(
        nowMs,
        () => 'blocked',
        ({ task }) => gone.push(task),
      );
    expect(offer(NOW + 9)).toBe(NOW + 10);
    expect(gone).toEqual([]);
    expect(offer(NOW + 25)).toBe(NOW + 30);
    expect(gone).toEqual(['hasty', 'hasty and late']);
    expect(queue.size).toBe(1);
  });

  it('K2: a task that comes while another is offered displaces none', () => {
    const queue = filled([ready({ task: 'a', order: 1 }), ready({ task: 'b', order: 2 })]);
    const seen: string[] = [];
    queue.offer(NOW, ({ task }) => {
      seen.push(task);
      if (task === 'a') {
        queue.add(ready({ task: 'urgent', priority: 'critical', order: 3 }), NOW);
        queue.add(ready({ task: 'other', group: 'new', order: 4 }), NOW);
      }
      return 'started';
    });
    expect(seen.slice(0, 2)).toEqual(['a', 'urgent']);
    expect([...seen].sort()).toEqual(['a', 'b', 'other', 'urgent']);
    expect(queue.size).toBe(0);
  });

  it('K2: a task that is queued again while it starts is there afterwards', () => {
    const queue = filled([ready({ task: 'a' })]);
    let times = 0;
    queue.offer(NOW, (task) => {
      times += 1;
      if (times === 1) queue.add({ ...task, order: 9 }, NOW);
      return 'started';
    });
    expect([times, queue.size]).toEqual([2, 0]);
  });

  it('K2: a task whose start throws is still there', () => {
    const queue = filled([ready({ task: 'a', order: 1 }), ready({ task: 'b', order: 2 })]);
    expect(() => queue.offer(NOW, refuseToAnswer)).toThrow('asked');
    expect(queue.size).toBe(2);
    expect(taken(queue)).toEqual(['a', 'b']);
  });

  it('K6: any task can be taken out or given another priority, wherever it stands', () => {
    const queue = filled([
      ...flowOf('a', 3),
      ready({ task: 'later', notBefore: NOW + 50, expiresAt: NOW + 90 }),
    ]);
    expect(queue.remove('run', 'a2', NOW)?.task).toBe('a2');
    expect(queue.remove('run', 'later', NOW)?.task).toBe('later');
    expect(queue.remove('run', 'a2', NOW)).toBeUndefined();
    const a3 = queue.remove('run', 'a3', NOW);
    expect(a3?.task).toBe('a3');
    expect(queue.remove('other', 'a3', NOW)).toBeUndefined();
    if (a3 !== undefined) queue.add({ ...a3, priority: 'critical' }, NOW);
    expect(queue.get('run', 'a3')?.priority).toBe('critical');
    expect(queue.size).toBe(2);
    expect(queue.offer(NOW, () => 'blocked')).toBeUndefined();
    expect(taken(queue)).toEqual(['a3', 'a1']);
  });

  it('K3 K5: loses nothing, gives nothing twice, asks no stuck group, and a copy does the same', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), checkAgainstList));
  });

  it('K3: one turn over 100,000 tasks in 8 groups', () => {
    const tasks = Array.from({ length: 100_000 }, (_, order) =>
      ready({ task: `t${order}`, order, rank: (order * 7_919) % 1_000, group: `g${order % 8}` }),
    );
    const before = process.cpuUsage();
    const queue = filled(tasks);
    let count = 0;
    queue.offer(NOW, () => {
      count += 1;
      return 'started';
    });
    const { user } = process.cpuUsage(before);
    console.log(`ready queue: ${(user / tasks.length).toFixed(2)} µs of CPU a task`);
    expect(count).toBe(tasks.length);
  });
});

type Step =
  | { readonly kind: 'add'; readonly task: Partial<ReadyTask> }
  | { readonly kind: 'remove'; readonly which: number }
  | {
      readonly kind: 'offer';
      readonly afterMs: number;
      readonly outcomes: readonly OfferOutcome[];
    };

const timeOrNever = fc.oneof(fc.nat(60), fc.constant(Number.POSITIVE_INFINITY));

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('add' as const),
    task: fc.record({
      group: fc.constantFrom('a', 'b', 'c'),
      flow: fc.constantFrom('x', 'y'),
      weight: fc.constantFrom(1, 3),
      priority: fc.constantFrom<Priority>('critical', 'high', 'medium', 'low'),
      rank: fc.nat(3),
      notBefore: fc.nat(40),
      latestStartAt: timeOrNever,
      expiresAt: timeOrNever,
      express: fc.boolean(),
    }),
  }),
  fc.record({ kind: fc.constant('remove' as const), which: fc.nat(50) }),
  fc.record({
    kind: fc.constant('offer' as const),
    afterMs: fc.nat(15),
    outcomes: fc.array(fc.constantFrom<OfferOutcome>('started', 'blocked', 'aside', 'dropped')),
  }),
);

/** The model: a plain list of what must be there. */
function checkAgainstList(steps: readonly Step[]): void {
  const queue = new ReadyQueue();
  let waiting: readonly ReadyTask[] = [];
  let nowMs = 0;
  for (const [order, step] of steps.entries()) {
    if (step.kind === 'add') {
      const task = ready({ ...step.task, task: `t${order}`, order, readyAt: nowMs });
      queue.add(task, nowMs);
      waiting = [...waiting, task];
    } else if (step.kind === 'remove') {
      waiting = withoutOne(queue, waiting, step.which, nowMs);
    } else {
      nowMs += step.afterMs;
      const copy = record(queue.copy(nowMs), nowMs, step.outcomes);
      const turn = record(queue, nowMs, step.outcomes);
      expect(copy).toEqual(turn);
      waiting = afterTurn(waiting, turn, nowMs);
    }
    expect(queue.size).toBe(waiting.length);
    expect(new Set(queue.waiting())).toEqual(new Set(waiting));
  }
}

function withoutOne(
  queue: ReadyQueue,
  waiting: readonly ReadyTask[],
  which: number,
  nowMs: number,
): readonly ReadyTask[] {
  const chosen = waiting[which % Math.max(1, waiting.length)];
  if (chosen !== undefined) expect(queue.remove('run', chosen.task, nowMs)).toBe(chosen);
  return waiting.filter((task) => task !== chosen);
}

/** What must be left after a turn; fails where the turn was wrong. */
function afterTurn(
  before: readonly ReadyTask[],
  { seen, wakeAt }: Turn,
  nowMs: number,
): readonly ReadyTask[] {
  let waiting = before.filter(({ expiresAt }) => expiresAt > nowMs);
  const stuck = new Set<string>();
  const aside = new Set<ReadyTask>();
  for (const { task, outcome } of seen) {
    expect(aside).not.toContain(task);
    expect(waiting).toContain(task);
    expect(stuck.has(task.group)).toBe(false);
    expect(task.notBefore).toBeLessThanOrEqual(nowMs);
    if (outcome === 'blocked') stuck.add(task.group);
    else if (outcome === 'aside') aside.add(task);
    else waiting = waiting.filter((other) => other !== task);
  }
  const left = waiting.filter((task) => !stuck.has(task.group) && !aside.has(task));
  expect(left.filter((task) => task.notBefore <= nowMs)).toEqual([]);
  const times = waiting
    .flatMap((task) => [task.notBefore, task.expiresAt])
    .filter((at) => at > nowMs && at < Number.POSITIVE_INFINITY);
  expect(wakeAt).toBe(times.length === 0 ? undefined : Math.min(...times));
  return waiting;
}

interface Turn {
  readonly seen: readonly { readonly task: ReadyTask; readonly outcome: OfferOutcome }[];
  readonly wakeAt: number | undefined;
}

function record(queue: ReadyQueue, nowMs: number, outcomes: readonly OfferOutcome[]): Turn {
  const left = [...outcomes];
  const seen: { readonly task: ReadyTask; readonly outcome: OfferOutcome }[] = [];
  const wakeAt = queue.offer(nowMs, (task) => {
    const outcome = left.shift() ?? 'blocked';
    seen.push({ task, outcome });
    return outcome;
  });
  return { seen, wakeAt };
}

function refuseToAnswer({ task }: ReadyTask): never {
  throw new Error(`${task} was asked`);
}
