import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The commits that a run made, newest first, one line each; none where there is no repository. */
export async function commitsOf(
  repository: string | undefined,
  runId: string,
): Promise<readonly string[]> {
  if (repository === undefined) return [];
  const { stdout } = await run(
    'git',
    ['-C', repository, 'log', '--format=%h %s', '--fixed-strings', `--grep=Overseer-Run: ${runId}`],
    { env: { ...process.env, LC_ALL: 'C' } },
  ).catch(() => ({ stdout: '' }));
  return stdout.split('\n').filter((line) => line !== '');
}
