import type { Settings } from '../run/settings.ts';
import { projectHistory } from './history.ts';
import type { OverseerProject, Project, ProjectGlance } from './project-face.ts';
import { ProjectReader } from './project-reader.ts';

/** A project that can be called for others of its store: these are read as they stand there, and nothing is written of them. */
export function callableProject(own: Project, settings: Pick<Settings, 'shown'>): OverseerProject {
  const call = (id: string): ProjectGlance => (id === own.id ? own : glanceAt(settings, id));
  return Object.assign(call, {
    id: own.id,
    state: () => own.state(),
    at: (seq) => own.at(seq),
    runAt: (run, seq) => own.runAt(run, seq),
    history: () => own.history(),
    checkpoint: (name, order) => own.checkpoint(name, order),
    enter: (phase, order) => own.enter(phase, order),
    tick: (item, order) => own.tick(item, order),
    untick: (item, order) => own.untick(item, order),
    rollback: (to, order) => own.rollback(to, order),
  } satisfies Project);
}

/** Looks at a project that somebody else works on, or nobody. */
export function glanceAt({ shown }: Pick<Settings, 'shown'>, id: string): ProjectGlance {
  const stream = `project/${id}`;
  const settled = async (): Promise<void> => undefined;
  const reader = new ProjectReader({ shown }, { journal: { stream }, kernel: { settled } });
  return {
    id,
    state: () => reader.state(),
    at: (seq) => reader.at(seq),
    history: () => projectHistory(shown, stream),
  };
}
