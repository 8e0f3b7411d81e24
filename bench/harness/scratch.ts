import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is removed when its scope ends. */
export interface Scratch extends AsyncDisposable {
  readonly folder: string;
}

/** Makes an empty folder below `BENCH_TMP`, which must lie on a real disk where syncing counts, or the system's own place. */
export async function scratch(name: string): Promise<Scratch> {
  const folder = await mkdtemp(join(process.env['BENCH_TMP'] ?? tmpdir(), `overseer-${name}-`));
  return {
    folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}
