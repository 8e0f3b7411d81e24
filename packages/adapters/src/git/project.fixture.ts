import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { OverseerError } from '@overseer/core/plugin';
import type { ChangeAnswer, TaskSource, Workspace } from '@overseer/core/spec';
import type { WorkspaceProject } from '@overseer/core/testing';
import { gitWorkspaces } from './git-workspaces.ts';
import { initRepository } from './init-repository.ts';

/** A project in a real repository; its path holds a space and letters beyond ASCII. */
export interface GitProject extends WorkspaceProject {
  /** Runs git in it as a user would, and gives what it printed. */
  readonly git: (...args: readonly string[]) => string;
}

/** Makes a repository with these files, and a provider for it. */
export async function gitProject(
  files: Readonly<Record<string, string>> = { 'a.txt': 'a\n', 'b.txt': 'b\n' },
): Promise<GitProject> {
  const top = await realpath(await mkdtemp(join(tmpdir(), 'overseer git ü ')));
  const path = join(top, 'my project');
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), text);
  }
  await initRepository(path);
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: path, encoding: 'utf8', stdio: 'pipe', env: userEnv() });
  return {
    path,
    git,
    provider: gitWorkspaces({ repository: path }),
    [Symbol.asyncDispose]: () => rm(top, { recursive: true, force: true, maxRetries: 5 }),
  };
}

function userEnv(): NodeJS.ProcessEnv {
  const who = { GIT_AUTHOR_NAME: 'User', GIT_AUTHOR_EMAIL: 'user@example.org' };
  const other = { GIT_COMMITTER_NAME: 'User', GIT_COMMITTER_EMAIL: 'user@example.org' };
  return { ...process.env, ...who, ...other };
}

/** A document whose boxes are ticked by name. */
export const source: TaskSource = {
  spec: 'task-source/1',
  files: ['tasks.md'],
  setStatus: (file, text, uid) => {
    const start = text.indexOf(`] ${uid}`) - 1;
    if (start < 0) throw new OverseerError('source.stale', `There is no task ${uid}.`);
    return { file, start, end: start + 1, text: 'x' };
  },
};

/** Does a task: writes files in an attempt's folder and asks for them to be accepted. */
export async function work(
  project: GitProject,
  attempt: string,
  files: Readonly<Record<string, string>>,
  title?: string,
): Promise<ChangeAnswer> {
  const workspace = await project.provider.open({ attempt, signal: calm() });
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(workspace.path, path, '..'), { recursive: true });
    await writeFile(join(workspace.path, path), text);
  }
  return await accept(project, workspace, attempt, undefined, title);
}

/** Asks for an attempt's files to be accepted, with the tick of `uid`. */
export function accept(
  project: GitProject,
  workspace: Workspace,
  attempt: string,
  uid?: string,
  title: string = `Do ${attempt}`,
): Promise<ChangeAnswer> {
  return project.provider.accept({
    workspace,
    title,
    trailers: { run: 'r', task: 't', attempt },
    ...(uid === undefined ? {} : { tick: { source, file: 'tasks.md', uid, status: 'done' } }),
    signal: calm(),
  });
}

function calm(): AbortSignal {
  return new AbortController().signal;
}
