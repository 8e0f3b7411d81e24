import { describe, expect, it } from 'vitest';
import { normaliseTasks } from './normalise-tasks.ts';

describe('a task that wants several answers', () => {
  const origin = { file: 'tasks.md', uid: '1' };
  const input = {
    key: 'name',
    title: 'Name it',
    instruction: 'Name the library.',
    kind: 'write',
    role: 'poet',
    needs: ['facts'],
    priority: 'high',
    checks: [{ kind: 'short' }],
    origin,
  } as const;
  const facts = { key: 'facts', instruction: 'Find facts.' };

  it('M15: becomes a task for each answer, like it, and one that ends them', () => {
    const tasks = normaliseTasks([facts, { ...input, ensemble: { kind: 'vote', of: 2 } }]);
    expect(tasks.slice(1)).toEqual([
      {
        key: 'name/1',
        title: 'Name it (1 of 2)',
        instruction: 'Name the library.',
        kind: 'write',
        role: 'poet',
        needs: ['facts'],
        files: [],
        priority: 'high',
        checks: [{ kind: 'short' }],
        memberOf: 'name',
        notBy: ['name/2'],
      },
      expect.objectContaining({ key: 'name/2', memberOf: 'name', notBy: ['name/1'] }),
      {
        key: 'name',
        title: 'Name it',
        instruction: expect.stringContaining('Name the library.'),
        kind: 'review',
        role: 'reviewer',
        needs: ['name/1', 'name/2'],
        notBy: ['name/1', 'name/2'],
        files: [],
        priority: 'high',
        checks: [],
        origin,
        ensemble: { kind: 'vote', members: ['name/1', 'name/2'] },
      },
    ]);
  });

  it('M15: has what it merges checked again, as the kind that it is', () => {
    const ensemble = { kind: 'merge', of: 3, models: ['a', 'b'], judge: 'editor' } as const;
    const tasks = normaliseTasks([facts, { ...input, ensemble }]);
    expect(tasks.map(({ model }) => model)).toEqual([undefined, 'a', 'b', 'a', undefined]);
    expect(tasks.at(-1)).toMatchObject({
      kind: 'write',
      role: 'editor',
      checks: [{ kind: 'short' }],
    });
  });

  it('M15: can be needed by its own key alone', () => {
    const later = { key: 'later', instruction: 'x', needs: ['name/1'] };
    const ensemble = { kind: 'vote', of: 2 } as const;
    expect(() => normaliseTasks([facts, { ...input, ensemble }, later])).toThrow(
      expect.objectContaining({ code: 'plan.unknown-need' }),
    );
  });
});
