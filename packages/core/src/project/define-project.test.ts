import { describe, expect, it } from 'vitest';
import { defaultPhases } from './default-phases.ts';
import { defineProject } from './define-project.ts';
import type { ProjectOptions } from './project-options.ts';

const validators = new Map([['tsc', undefined]]);
const codeOf = (options: ProjectOptions): unknown => {
  try {
    defineProject(options, validators);
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

describe('the definition of a project', () => {
  it('R3: has Planning, Development, Testing and Deployment where no phases are named, one step on and any step back', () => {
    const { phases } = defineProject({ title: 'Shop' }, validators);
    expect(phases.map(({ name }) => name)).toEqual(defaultPhases.map(({ name }) => name));
    expect(phases.map(({ next }) => next)).toEqual([
      ['Development'],
      ['Testing', 'Planning'],
      ['Deployment', 'Planning', 'Development'],
      ['Planning', 'Development', 'Testing'],
    ]);
  });

  it('R3: may go its own ways', () => {
    const { phases } = defineProject(
      { phases: [{ name: 'A', next: ['A', 'C'] }, { name: 'B' }, { name: 'C', next: [] }] },
      validators,
    );
    expect(phases.map(({ next }) => next)).toEqual([['A', 'C'], ['C', 'A'], []]);
  });

  it.each<[string, ProjectOptions, string]>([
    ['a phase twice', { phases: [{ name: 'A' }, { name: 'A' }] }, 'project.duplicate'],
    [
      'an item twice',
      { checklist: ['x'], phases: [{ name: 'A', checklist: ['x'] }] },
      'project.duplicate',
    ],
    [
      'a deliverable twice',
      {
        phases: [
          { name: 'A', deliverables: [{ name: 'd', file: 'd' }] },
          { name: 'B', deliverables: [{ name: 'd', task: 'd' }] },
        ],
      },
      'project.duplicate',
    ],
    ['an unknown next', { phases: [{ name: 'A', next: ['B'] }] }, 'project.unknown-phase'],
    [
      'an unknown check',
      { phases: [{ name: 'A', enter: [{ kind: 'tcs' }] }] },
      'project.unknown-check',
    ],
    [
      'a deliverable that is nothing',
      { phases: [{ name: 'A', deliverables: [{ name: 'd' }] }] },
      'project.deliverable',
    ],
    [
      'a deliverable that is two things',
      { phases: [{ name: 'A', deliverables: [{ name: 'd', file: 'f', task: 't' }] }] },
      'project.deliverable',
    ],
    [
      'phase-done of none',
      { phases: [{ name: 'A', enter: [{ kind: 'phase-done' }] }] },
      'project.criterion',
    ],
    [
      'phase-done of an unknown one',
      { phases: [{ name: 'A', enter: [{ kind: 'phase-done', value: 'B' }] }] },
      'project.unknown-phase',
    ],
    [
      'a share that is none',
      { phases: [{ name: 'A', enter: [{ kind: 'budget-left', value: 20 }] }] },
      'project.criterion',
    ],
    [
      'phases that wait for each other',
      {
        phases: [
          { name: 'A', leave: [{ kind: 'phase-done', value: 'C' }] },
          { name: 'B' },
          { name: 'C', enter: [{ kind: 'phase-done', value: 'A' }] },
        ],
      },
      'project.cycle',
    ],
    [
      'a phase that waits for itself',
      { phases: [{ name: 'A', leave: [{ kind: 'phase-done', value: 'A' }] }] },
      'project.cycle',
    ],
    [
      'a file outside',
      { phases: [{ name: 'A', deliverables: [{ name: 'd', file: '../d' }] }] },
      'project.deliverable',
    ],
  ])('R3: refuses %s', (_, options, code) => {
    expect(codeOf(options)).toBe(code);
  });

  it('R3: names the cycle', () => {
    const phases = [
      { name: 'A', enter: [{ kind: 'phase-done', value: 'B' }] },
      { name: 'B', leave: [{ kind: 'phase-done', value: 'A' }] },
    ];
    expect(() => defineProject({ phases }, validators)).toThrow('A → B → A');
  });
});
