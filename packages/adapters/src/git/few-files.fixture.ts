import { otherGitRuns } from './git-processes.ts';
import type { Repository } from './repository.ts';

// Started with few files that it may open: says whether another git is at work in the folder that it is given.
const [, , top = ''] = process.argv;
const repository = { top, commonDir: `${top}/.git` } as Repository;
process.stdout.write(String(await otherGitRuns(repository)));
