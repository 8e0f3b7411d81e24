import { ConfigError } from '../errors/config-error.ts';
import { requireKnown } from '../internal/require-known.ts';
import { plainPath } from '../plan/plain-path.ts';
import type { Deliverable, PhaseSpec, ProjectDefinition } from '../spec/project.ts';
import type { Check } from '../spec/task.ts';
import { isStateCriterion } from './criterion-kinds.ts';
import { defaultPhases } from './default-phases.ts';
import { requireNoCycle } from './phase-cycle.ts';
import type { ProjectOptions } from './project-options.ts';

/**
 * What a host says of its project, with all that it left out, checked. Throws `ConfigError`: `project.duplicate` for a
 * name that stands twice, `project.unknown-phase`, `project.unknown-check`, `project.deliverable` for one that is neither
 * a file nor a task, `project.criterion` for a value that is none, and `project.cycle` for phases that wait for each other.
 */
export function defineProject(
  options: ProjectOptions,
  validators: ReadonlyMap<string, unknown>,
): ProjectDefinition {
  const { title, metadata, checklist = [], phases = defaultPhases } = options;
  const names = phases.map(({ name }) => name);
  requireUnique('phase', names);
  requireUnique('checklist item', [...checklist, ...phases.flatMap((one) => one.checklist ?? [])]);
  const deliverables = phases.flatMap((one) => one.deliverables ?? []);
  requireUnique(
    'deliverable',
    deliverables.map(({ name }) => name),
  );
  for (const phase of phases) checkPhase(phase, names, validators);
  requireNoCycle(phases);
  return {
    ...(title === undefined ? {} : { title }),
    ...(metadata === undefined ? {} : { metadata }),
    checklist,
    phases: phases.map((phase, at) => withDefaults(phase, at, names)),
  };
}

function withDefaults(phase: PhaseSpec, at: number, names: readonly string[]): Required<PhaseSpec> {
  const { name, deliverables = [], checklist = [], enter = [], leave = [] } = phase;
  const usual = [...names.slice(at + 1, at + 2), ...names.slice(0, at)];
  const plain = deliverables.map((one) =>
    one.file === undefined ? one : { ...one, file: plainPath(one.file) },
  );
  return { name, deliverables: plain, checklist, enter, leave, next: phase.next ?? usual };
}

function checkPhase(
  { name, deliverables = [], enter = [], leave = [], next = [] }: PhaseSpec,
  names: readonly string[],
  validators: ReadonlyMap<string, unknown>,
): void {
  for (const after of next) {
    requireKnown(`phase after ${name}`, after, names, 'project.unknown-phase');
  }
  for (const one of deliverables) checkDeliverable(name, one);
  for (const check of [...enter, ...leave]) checkCriterion(name, check, names, validators);
}

function checkDeliverable(phase: string, { name, file, task }: Deliverable): void {
  if (file !== undefined && /^(\.\.(\/|$)|\/|[a-z]:)/i.test(plainPath(file))) {
    throw new ConfigError(
      'project.deliverable',
      `The file ${JSON.stringify(file)} of ${phase} is not in the project's folder: give a path relative to that.`,
    );
  }
  if ((file === undefined) !== (task === undefined)) return;
  throw new ConfigError(
    'project.deliverable',
    `The deliverable ${JSON.stringify(name)} of ${phase} is a file or what a task gives: name one of the two.`,
  );
}

function checkCriterion(
  phase: string,
  { kind, value }: Check,
  names: readonly string[],
  validators: ReadonlyMap<string, unknown>,
): void {
  if (!isStateCriterion(kind)) {
    const known = [...validators.keys()];
    requireKnown(`criterion of ${phase}`, kind, known, 'project.unknown-check');
    return;
  }
  const bad = (what: string): ConfigError =>
    new ConfigError('project.criterion', `The criterion ${kind} of ${phase} takes ${what}.`);
  if (kind === 'budget-left') {
    const isShare = typeof value === 'number' && value > 0 && value <= 1;
    if (value !== undefined && !isShare)
      throw bad('the share that must be left, above 0 and at most 1');
    return;
  }
  const needsPhase = kind === 'phase-done';
  if (value === undefined && !needsPhase) return;
  if (typeof value !== 'string') throw bad('the name of a phase');
  requireKnown(`phase in ${kind} of ${phase}`, value, names, 'project.unknown-phase');
}

function requireUnique(what: string, names: readonly string[]): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return;
  throw new ConfigError(
    'project.duplicate',
    `The ${what} ${JSON.stringify(twice)} stands twice in the project: give each its own name.`,
  );
}
