import type { JsonObject } from '../spec/json.ts';
import type { PhaseSpec } from '../spec/project.ts';

/** The project whose runs these are, and what it goes through. */
export interface ProjectOptions {
  /** 1 to 64 letters, digits, dots, dashes and underscores; the default is `default`. */
  readonly id?: string;
  readonly title?: string;
  /** Facts about it, as JSON; shown, and never interpreted. */
  readonly metadata?: JsonObject;
  /** What has to be seen to in whichever phase, beside the items of the phases. */
  readonly checklist?: readonly string[];
  /** In their order; the default is `defaultPhases`. */
  readonly phases?: readonly PhaseSpec[];
}

/** The id of a project, however it was named. */
export function projectIdOf(project: string | ProjectOptions | undefined): string {
  return (typeof project === 'object' ? project.id : project) ?? 'default';
}
