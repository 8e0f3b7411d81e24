import { findProject, type Project } from '../setup/project.ts';
import type { PlaceFlags } from './read-journal.ts';

/** The project that flags name. */
export function projectOf({ repo, journal }: PlaceFlags): Project {
  return findProject({ repository: repo, journal, folder: process.cwd() });
}
