import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type {
  ChangeAnswer,
  ChangeRequest,
  Workspace,
  WorkspaceProvider,
} from '../../spec/workspace.ts';

/** How the rules get at the provider they judge. */
export interface WorkspaceSubject {
  /** Makes a new project that holds exactly these text files, and a provider for it. */
  readonly open: (files: Readonly<Record<string, string>>) => Promise<WorkspaceProject>;
}

/** A project and its provider; closing it removes both. */
export interface WorkspaceProject extends AsyncDisposable {
  readonly provider: WorkspaceProvider;
  /** The project's folder, absolute. */
  readonly path: string;
}

/** One rule, before it is given a provider to judge. */
export interface WorkspaceRule {
  readonly name: string;
  readonly check: (subject: WorkspaceSubject) => Promise<void>;
}

/** A signal that never aborts. */
export function calm(): AbortSignal {
  return new AbortController().signal;
}

/** Writes a text file below a folder. */
export async function put(folder: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** Reads a text file below a folder; `undefined` when it is not there. */
export async function get(folder: string, path: string): Promise<string | undefined> {
  return await readFile(join(folder, path), 'utf8').catch(() => undefined);
}

/** Asks for the attempt's files to be accepted. */
export function accept(
  project: WorkspaceProject,
  workspace: Workspace,
  attempt: string,
  tick?: ChangeRequest['tick'],
): Promise<ChangeAnswer> {
  return project.provider.accept({
    workspace,
    title: `Do the task of ${attempt}`,
    trailers: { run: 'run-1', task: `task-${attempt}`, attempt },
    ...(tick === undefined ? {} : { tick }),
    signal: calm(),
  });
}
