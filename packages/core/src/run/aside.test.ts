import { expect, it } from 'vitest';
import { ready } from '../schedule/ready-task.fixture.ts';
import { Aside } from './aside.ts';

const CLAIM = {
  estimate: { inputTokens: 1, outputTokens: 1, microUsd: 1 },
  worst: { inputTokens: 1, outputTokens: 1, microUsd: 1 },
};

it('K6 L6: a task that a budget keeps back is kept once, however often it is queued again', () => {
  const aside = new Aside();
  for (const task of ['a', 'b', 'a']) aside.put(ready({ task }), CLAIM, 'm');
  expect(aside.tasks.map(({ task }) => task)).toEqual(['b', 'a']);
  aside.remove('run', 'b');
  expect(aside.tasks.map(({ task }) => task)).toEqual(['a']);
});
