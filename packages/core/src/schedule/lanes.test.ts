import { describe, expect, it } from 'vitest';
import { Lanes } from './lanes.ts';
import { ready } from './ready-task.fixture.ts';

describe('Lanes', () => {
  it('K3: a word that is no priority is in the lane of medium, with its weight', () => {
    const lanes = new Lanes();
    const medium = lanes.of(ready({ task: 'a', priority: 'medium', weight: 3 }));
    const odd = ready({ task: 'b', priority: 'urgent' as never, weight: 3 });
    expect(lanes.of(odd)).toBe(medium);
    expect(lanes.find(odd)).toBe(medium);
    expect(medium.weight).toBe(6);
  });
});
