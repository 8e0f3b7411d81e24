import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NodeView, type ProjectView, shareOut } from './share-out.ts';

type Owners = Map<string, ProjectView>;

const well = (name: string, labels: readonly string[] = []): NodeView => ({
  name,
  labels,
  isWell: true,
});

const free = (names: readonly string[], needs: readonly string[] = []): Owners =>
  new Map(names.map((name) => [name, { owner: undefined, needs }]));

/** Nodes that share projects until nobody moves anything; gives who has what, and how many were moved. */
function settle(
  nodes: readonly NodeView[],
  projects: Owners,
): { readonly projects: Owners; readonly moved: number } {
  let moved = 0;
  for (let round = 0; round < 50; round++) {
    const alone = [...projects].filter(([, { owner }]) => owner === undefined);
    const orphans = new Set(round < 2 ? [] : alone.map(([name]) => name));
    let changes = 0;
    for (const { name: me } of nodes) {
      const most = Number.POSITIVE_INFINITY;
      const { take, give } = shareOut({ me, nodes, projects, orphans, most });
      for (const project of take) {
        const view = projects.get(project);
        if (view === undefined || view.owner !== undefined) continue;
        projects.set(project, { needs: view.needs, owner: me });
        changes++;
      }
      for (const [project, promisedTo] of give) {
        const needs = projects.get(project)?.needs ?? [];
        projects.set(project, { needs, owner: undefined, promisedTo });
        changes++;
        moved++;
      }
    }
    if (changes === 0) return { projects, moved };
  }
  throw new Error('the nodes never come to rest');
}

const place = fc.record({
  nodes: fc.integer({ min: 1, max: 6 }),
  projects: fc.integer({ min: 0, max: 40 }),
});

const named = (what: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${what}-${index}`);

function loadsOf(projects: Owners): Map<string, number> {
  const loads = new Map<string, number>();
  for (const { owner = '' } of projects.values()) loads.set(owner, (loads.get(owner) ?? 0) + 1);
  return loads;
}

describe('shareOut', () => {
  it('R8 R12: gives back last what it was promised, as what a person ordered is to last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 12 }), fc.nat(), (count, which) => {
        const names = named('project', count);
        const ordered = names[which % count] ?? '';
        const projects: Owners = new Map(
          names.map((name) => [
            name,
            { owner: 'a', needs: [], ...(name === ordered ? { promisedTo: 'a' } : {}) },
          ]),
        );
        const nodes = [well('a'), well('b')];
        const most = Number.POSITIVE_INFINITY;
        const { give } = shareOut({ me: 'a', nodes, projects, orphans: new Set(), most });
        expect(give.size).toBe(Math.floor(count / 2));
        expect(give.has(ordered)).toBe(false);
      }),
    );
  });

  it('R12: every project has one node, and no node more than its even part', () => {
    fc.assert(
      fc.property(place, ({ nodes, projects }) => {
        const all = named('node', nodes).map((name) => well(name));
        const loads = loadsOf(settle(all, free(named('project', projects))).projects);
        expect(loads.has('')).toBe(false);
        const part = Math.ceil(projects / nodes);
        for (const load of loads.values()) expect(load).toBeLessThanOrEqual(part);
      }),
    );
  });

  it('R12 R7: a node that leaves moves nothing but its own, and one that joins no more than its part', () => {
    fc.assert(
      fc.property(place, ({ nodes, projects }) => {
        const all = named('node', nodes + 1).map((name) => well(name));
        const before = settle(all, free(named('project', projects))).projects;
        const kept = [...before].filter(([, { owner }]) => owner !== 'node-0');
        const left = new Map(
          [...before].map(([name, view]) => [
            name,
            view.owner === 'node-0' ? { ...view, owner: undefined } : view,
          ]),
        );
        const after = settle(all.slice(1), left);
        expect(after.moved).toBe(0);
        for (const [name, { owner }] of kept) expect(after.projects.get(name)?.owner).toBe(owner);
        const joined = settle(all, after.projects);
        expect(joined.moved).toBeLessThanOrEqual(Math.ceil(projects / all.length));
      }),
    );
  });

  it('R8 R12: a project goes only to a node that can do what it needs, however loaded that is', () => {
    fc.assert(
      fc.property(place, ({ nodes, projects }) => {
        const all = [well('able', ['gpu']), ...named('node', nodes).map((name) => well(name))];
        const some = new Map([
          ...free(named('project', projects), ['gpu']),
          ...free(named('other', 5)),
        ]);
        const after = settle(all, some).projects;
        for (const [name, { owner }] of after) {
          expect(owner).toBeDefined();
          if (name.startsWith('project')) expect(owner).toBe('able');
        }
      }),
    );
  });

  it('R8 R7: a node that is not well gives all to others, and is given nothing while another is well', () => {
    const names = named('project', 6);
    const both = [well('one'), well('two')];
    const before = settle(both, free(names)).projects;
    const sick = [{ ...well('one'), isWell: false }, well('two')];
    const after = settle(sick, before);
    expect(loadsOf(after.projects)).toEqual(new Map([['two', 6]]));
    expect(after.moved).toBe(3);
    const alone = settle([{ ...well('one'), isWell: false }], free(names)).projects;
    expect(loadsOf(alone)).toEqual(new Map([['one', 6]]));
  });

  it('R8: what was promised to a node is left to it by the others, until it does not come', () => {
    const nodes = [well('one'), well('two'), well('three')];
    const projects = new Map([['p', { owner: undefined, needs: [], promisedTo: 'three' }]]);
    const most = Number.POSITIVE_INFINITY;
    const takes = (me: string, orphans: readonly string[]): readonly string[] =>
      shareOut({ me, nodes, projects, orphans: new Set(orphans), most }).take;
    expect(nodes.map(({ name }) => takes(name, []))).toEqual([[], [], ['p']]);
    expect(takes('one', ['p'])).toEqual(['p']);
  });

  it('R7: who lost a project without giving it to anybody is not waited for, if another can have it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 }), (n) => {
        const nodes = [well('one'), well('two')];
        const view = { owner: undefined, needs: [], leftBy: 'two' };
        const projects = new Map([[`p${n}`, view]]);
        const shares = { projects, orphans: new Set<string>(), most: 9 };
        expect(shareOut({ ...shares, me: 'one', nodes }).take).toEqual([`p${n}`]);
        expect(shareOut({ ...shares, me: 'two', nodes }).take).toEqual([]);
        expect(shareOut({ ...shares, me: 'two', nodes: [well('two')] }).take).toEqual([`p${n}`]);
      }),
    );
  });

  it('R12: gives nothing to a node that takes no more, and loses nothing to one', () => {
    const full = { ...well('full'), room: 0 };
    const names = named('project', 4);
    const projects = new Map(
      names.map((name, n): [string, ProjectView] => [
        name,
        { owner: n === 0 ? 'full' : 'one', needs: [] },
      ]),
    );
    const shares = { nodes: [full, well('one')], orphans: new Set<string>(), most: 99 };
    expect(shareOut({ ...shares, me: 'one', projects }).give.size).toBe(0);
    const left = new Map([
      ...projects,
      ['project-3', { owner: undefined, needs: [], leftBy: 'one' }],
    ]);
    const orphaned = { ...shares, me: 'one', projects: left, orphans: new Set(['project-3']) };
    expect(shareOut(orphaned).take).toEqual(['project-3']);
  });

  it('R12: takes no more than it is told', () => {
    const nodes = [well('one')];
    const view = { needs: [] };
    const projects = new Map([
      ['a', { ...view, owner: 'one' }],
      ['b', { ...view, owner: 'one' }],
      ['c', { ...view, owner: undefined }],
    ]);
    const shares = { me: 'one', nodes, projects, orphans: new Set<string>() };
    expect(shareOut({ ...shares, most: 2 }).take).toEqual([]);
    expect(shareOut({ ...shares, most: 3 }).take).toEqual(['c']);
  });
});
