import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareOut } from './share-out.ts';

/** Nodes that share projects until nobody moves anything; gives who has what, and how many were moved. */
function settle(
  nodes: readonly string[],
  owners: Map<string, string | undefined>,
): { readonly owners: Map<string, string | undefined>; readonly moved: number } {
  let moved = 0;
  for (let round = 0; round < 50; round++) {
    const free = new Set([...owners].filter(([, owner]) => owner === undefined).map(([p]) => p));
    let changes = 0;
    for (const me of nodes) {
      // All see the same, as of the beginning of the round, but for what was taken already.
      const { take, give } = shareOut({
        me,
        nodes,
        projects: owners,
        orphans: round < 2 ? new Set() : free,
        most: Number.POSITIVE_INFINITY,
      });
      for (const project of take) {
        if (owners.get(project) !== undefined) continue;
        owners.set(project, me);
        changes++;
      }
      for (const project of give) {
        owners.set(project, undefined);
        changes++;
        moved++;
      }
    }
    if (changes === 0) return { owners, moved };
  }
  throw new Error('the nodes never come to rest');
}

const place = fc.record({
  nodes: fc.integer({ min: 1, max: 6 }),
  projects: fc.integer({ min: 0, max: 40 }),
});

const named = (what: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${what}-${index}`);

function loadsOf(owners: ReadonlyMap<string, string | undefined>): Map<string, number> {
  const loads = new Map<string, number>();
  for (const owner of owners.values()) loads.set(owner ?? '', (loads.get(owner ?? '') ?? 0) + 1);
  return loads;
}

describe('shareOut', () => {
  it('R12: every project has one node, and no node more than its even part', () => {
    fc.assert(
      fc.property(place, ({ nodes, projects }) => {
        const free = new Map(named('project', projects).map((name) => [name, undefined]));
        const { owners } = settle(named('node', nodes), free);
        const loads = loadsOf(owners);
        expect(loads.has('')).toBe(false);
        const part = Math.ceil(projects / nodes);
        for (const load of loads.values()) expect(load).toBeLessThanOrEqual(part);
      }),
    );
  });

  it('R12 R7: a node that leaves moves nothing but its own, and one that joins no more than its part', () => {
    fc.assert(
      fc.property(place, ({ nodes, projects }) => {
        const all = named('node', nodes + 1);
        const free = new Map(named('project', projects).map((name) => [name, undefined]));
        const { owners } = settle(all, free);
        const kept = new Map([...owners].filter(([, owner]) => owner !== 'node-0'));
        const left = new Map(
          [...owners].map(([name, owner]) => [name, owner === 'node-0' ? undefined : owner]),
        );
        const after = settle(all.slice(1), left);
        expect(after.moved).toBe(0);
        for (const [name, owner] of kept) expect(after.owners.get(name)).toBe(owner);
        const joined = settle(all, after.owners);
        expect(joined.moved).toBeLessThanOrEqual(Math.ceil(projects / all.length));
      }),
    );
  });

  it('R12: takes no more than it is told, and gives away what is more', () => {
    const projects = new Map([
      ['a', 'one'],
      ['b', 'one'],
      ['c', undefined],
    ]);
    const shares = { me: 'one', nodes: ['one'], projects, orphans: new Set<string>() };
    expect(shareOut({ ...shares, most: 2 })).toEqual({ take: [], give: [] });
    expect(shareOut({ ...shares, most: 1 }).give).toHaveLength(1);
    expect(shareOut({ ...shares, most: 3 })).toEqual({ take: ['c'], give: [] });
  });
});
