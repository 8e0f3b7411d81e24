import { gitEnv } from './git-env.ts';
import type { Repository } from './repository.ts';

/** Settings that give a commit an author where the user has not said who they are. */
export async function identitySettings(
  { git }: Repository,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const args = ['config', '-z', '--get-regexp', '^user\\.(name|email)$'];
  const text = (await git(args, { codes: [0, 1], signal })).text;
  const known = text.split('\0').map((entry) => entry.split('\n')[0]);
  const env = gitEnv();
  const has = (name: string, variable: string): boolean =>
    known.includes(`user.${name}`) ||
    (env[`GIT_AUTHOR_${variable}`] !== undefined && env[`GIT_COMMITTER_${variable}`] !== undefined);
  return [
    ...(has('name', 'NAME') ? [] : ['user.name=Overseer']),
    ...(has('email', 'EMAIL') ? [] : ['user.email=overseer@localhost']),
  ];
}
