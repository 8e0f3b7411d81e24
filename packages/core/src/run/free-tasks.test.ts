import { expect, it } from 'vitest';
import { FreeTasks } from './free-tasks.ts';

const place = (task: string) => ({ run: 'r', task });

it('K6: a task that is queued again and again waits once', () => {
  const free = new FreeTasks();
  for (const task of ['a', 'b', 'a', 'b', 'a']) free.add(place(task));
  expect(free.size).toBe(2);
  const seen: string[] = [];
  free.offer(({ task }) => {
    seen.push(task);
    return task === 'b';
  });
  expect([seen, free.size]).toEqual([['a', 'b'], 1]);
});

it('K2: what a start makes ready is offered in the same turn, itself included', () => {
  const free = new FreeTasks();
  free.add(place('a'));
  const seen: string[] = [];
  free.offer(({ task }) => {
    seen.push(task);
    if (seen.length === 1) {
      free.add(place('b'));
      free.add(place('a'));
    }
    return true;
  });
  expect([seen, free.size]).toEqual([['a', 'b', 'a'], 0]);
});
