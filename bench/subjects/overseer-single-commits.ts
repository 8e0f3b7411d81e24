import type { Subject } from '../harness/subject.ts';
import { singleCommits } from './overseer/single-commits.ts';

/** What Overseer's SQLite store would be without group commit. */
export const subject: Subject = { recorder: singleCommits };
