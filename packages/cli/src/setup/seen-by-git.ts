import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Project } from './project.ts';

const run = promisify(execFile);

/**
 * Whether git sees a new file as an uncommitted change, which no run begins with: one in the project's repository that
 * nothing has it ignore. A git that does not answer sees nothing.
 */
export async function isSeenByGit({ repository }: Project, file: string): Promise<boolean> {
  if (repository === undefined) return false;
  const args = ['-C', repository, 'check-ignore', '--quiet', '--', file];
  // 0: it is ignored; 1: it is not; 128: it lies elsewhere.
  return await run('git', args).then(
    () => false,
    (error: unknown) => error instanceof Error && 'code' in error && error.code === 1,
  );
}
