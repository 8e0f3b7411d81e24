import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repository } from './repository.ts';

/** What is about to happen to the branch and the working tree, written before it begins. */
export interface Intent {
  readonly attempt: string;
  /** The commit that the branch moves to, and the one that it moves from. */
  readonly commit: string;
  readonly parent: string;
}

/** Writes down an intent, durably, in place of an earlier one. */
export async function writeIntent(repository: Repository, intent: Intent): Promise<void> {
  const path = intentPath(repository);
  await mkdir(repository.stateDir, { recursive: true });
  const handle = await open(`${path}.new`, 'w');
  try {
    await handle.writeFile(JSON.stringify(intent));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.new`, path);
}

/** The intent that was written last and not yet carried out. */
export async function readIntent(repository: Repository): Promise<Intent | undefined> {
  const text = await readFile(intentPath(repository), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { attempt, commit, parent } = parse(text);
  const whole = [attempt, commit, parent].every((one) => typeof one === 'string');
  return whole ? ({ attempt, commit, parent } as Intent) : undefined;
}

/** Says that an intent was carried out, or given up. */
export async function dropIntent(repository: Repository): Promise<void> {
  await rm(intentPath(repository), { force: true });
}

function intentPath({ stateDir }: Repository): string {
  return join(stateDir, 'accepting.json');
}

function parse(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
