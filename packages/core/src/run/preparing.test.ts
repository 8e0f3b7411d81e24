import { expect, it } from 'vitest';
import { ready } from '../schedule/ready-task.fixture.ts';
import { Preparing } from './preparing.ts';

it('M12 K5: a task is kept once, as it was put last and changed since, and goes with its run', () => {
  const preparing = new Preparing();
  preparing.put(ready({ task: 'a', rank: 1 }), 'first');
  preparing.put(ready({ task: 'a', rank: 2 }), 'then');
  preparing.put(ready({ task: 'b', run: 'other' }), 'first');
  preparing.change('run', 'a', { express: true });
  preparing.change('run', 'b', { express: true });
  expect(preparing.tasks).toMatchObject([
    { ready: { task: 'a', rank: 2, express: true }, because: 'then' },
    { ready: { task: 'b', express: false } },
  ]);
  expect(preparing.take('run', 'a')).toMatchObject({ task: 'a' });
  expect(preparing.take('run', 'a')).toBeUndefined();
  preparing.removeRun('other');
  expect(preparing.tasks).toEqual([]);
});
