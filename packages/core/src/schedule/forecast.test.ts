import { describe, expect, it } from 'vitest';
import { atOnce } from '../internal/slices.ts';
import { type ForecastWorld, forecast } from './forecast.ts';
import { flowOf, NOW, ready } from './ready-task.fixture.ts';
import type { ReadyTask } from './ready-task.ts';
import { TaskQueue } from './task-queue.ts';

/** One place, taken for `lastsMs` by each task. */
function onePlace(lastsMs: number): ForecastWorld {
  let endsAt: number | undefined;
  let unknownSince: number | undefined;
  return {
    advance: (atMs) => {
      if (endsAt !== undefined && endsAt <= atMs) endsAt = undefined;
    },
    nextEndAt: () => (endsAt === Number.POSITIVE_INFINITY ? undefined : endsAt),
    whyUncertain: (atMs) =>
      unknownSince !== undefined && unknownSince < atMs ? 'nobody knows' : undefined,
    offer: ({ task }, atMs) => {
      if (task === 'never') return { kind: 'dropped', why: 'nobody can do it' };
      if (endsAt !== undefined) return { kind: 'blocked', untilAt: undefined, why: 'taken' };
      endsAt = atMs + lastsMs;
      if (lastsMs === Number.POSITIVE_INFINITY) unknownSince = atMs;
      return { kind: 'started' };
    },
  };
}

function queueOf(tasks: readonly ReadyTask[]): TaskQueue {
  const queue = new TaskQueue();
  for (const task of tasks) queue.add(task, NOW);
  return queue;
}

describe('forecast', () => {
  it('K5: says when each starts, those of the future and those that will be given up included', () => {
    const queue = queueOf([
      ...flowOf('a', 2),
      ready({ flow: 'a', task: 'later', order: 9, notBefore: NOW + 15 }),
      ready({ flow: 'a', task: 'hasty', order: 8, expiresAt: NOW + 15 }),
      ready({ flow: 'a', task: 'never', order: 0 }),
    ]);
    const found = atOnce(forecast(queue, onePlace(10), NOW));
    expect(found.map(({ task, position, startsAt }) => [task.task, position, startsAt])).toEqual([
      ['a1', 1, NOW],
      ['a2', 2, NOW + 10],
      ['later', 3, NOW + 20],
      ['never', 4, undefined],
      ['hasty', 5, undefined],
    ]);
    expect(found.slice(3).map(({ because }) => because)).toEqual([
      'nobody can do it',
      'it will have waited as long as it may',
    ]);
  });

  it('K5: what stands behind an end that nobody knows has a position and a reason', () => {
    const found = atOnce(
      forecast(queueOf(flowOf('a', 3)), onePlace(Number.POSITIVE_INFINITY), NOW),
    );
    expect(found.map(({ task, startsAt, because }) => [task.task, startsAt, because])).toEqual([
      ['a1', NOW, undefined],
      ['a2', undefined, 'taken'],
      ['a3', undefined, 'taken'],
    ]);
  });

  it('K5: what its time lets start comes before what ends in the same moment', () => {
    const looks: string[] = [];
    const world = onePlace(10);
    const told: ForecastWorld = {
      ...world,
      advance: (atMs) => {
        looks.push(`end ${atMs - NOW}`);
        world.advance(atMs);
      },
      offer: (task, atMs) => {
        looks.push(`${task.task} ${atMs - NOW}`);
        return task.group === 'free' ? { kind: 'started' } : world.offer(task, atMs);
      },
    };
    const later = ready({ task: 'later', group: 'free', order: 9, notBefore: NOW + 10 });
    atOnce(forecast(queueOf([...flowOf('a', 2), later]), told, NOW));
    expect(looks.filter((look) => ['later 10', 'end 10'].includes(look))).toEqual([
      'later 10',
      'end 10',
    ]);
    expect(looks.at(-1)).toBe('a2 10');
  });

  it('K5 X5: foretells no more starts than it is asked for, and keeps the order', () => {
    const found = atOnce(forecast(queueOf(flowOf('a', 5)), onePlace(10), NOW, 2));
    expect(found.map(({ task }) => task.task)).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
    expect(found[2]).toMatchObject({ startsAt: undefined, because: 'more than 2 starts away' });
  });
});
