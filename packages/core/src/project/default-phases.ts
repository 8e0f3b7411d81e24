import type { PhaseSpec } from '../spec/project.ts';

/** The phases of a project that names none of its own: Planning, Development, Testing, Deployment. */
export const defaultPhases: readonly PhaseSpec[] = [
  { name: 'Planning', leave: [{ kind: 'checklist-ticked' }, { kind: 'no-open-question' }] },
  { name: 'Development', leave: [{ kind: 'tasks-verified' }, { kind: 'deliverables' }] },
  { name: 'Testing', leave: [{ kind: 'tasks-verified' }, { kind: 'checklist-ticked' }] },
  {
    name: 'Deployment',
    enter: [{ kind: 'phase-done', value: 'Testing' }, { kind: 'no-open-question' }],
  },
];
