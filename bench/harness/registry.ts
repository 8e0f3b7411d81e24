import { existsSync, globSync } from 'node:fs';
import { basename } from 'node:path';

const bench = new URL('../', import.meta.url);

/** The names of a kind of work: one file each in its folder. */
export function namesIn(folder: 'works' | 'faults' | 'evals'): readonly string[] {
  return modulesIn(folder).sort();
}

/** The work of that name, exported as `work`. Throws `Error` listing the known names. */
export async function loadWork<T>(
  folder: 'works' | 'faults' | 'evals',
  name: string | undefined,
): Promise<T> {
  const known = namesIn(folder);
  if (name === undefined || !known.includes(name)) {
    const what = name === undefined ? 'Name a work' : `There is no work "${name}"`;
    throw new Error(`${what}; known: ${known.join(', ')}.`);
  }
  const module: { readonly work: T } = await import(new URL(`${folder}/${name}.ts`, bench).href);
  return module.work;
}

/** Where a subject is defined: `overseer:wire` in subjects/overseer-wire.ts, a peer beside its package.json. Throws `Error` for an unknown one. */
export function subjectFile(name: string): URL {
  const own = new URL(`subjects/${name.replaceAll(':', '-')}.ts`, bench);
  if (existsSync(own)) return own;
  const peer = new URL(`subject.ts`, peerFolder(name));
  if (existsSync(peer)) return peer;
  const known = [
    ...modulesIn('subjects'),
    ...globSync('peers/{*,@*/*}/subject.ts', { cwd: bench }).map((path) => path.slice(6, -11)),
  ];
  throw new Error(`There is no subject "${name}"; known: ${known.sort().join(', ')}.`);
}

function modulesIn(folder: string): string[] {
  return globSync(`${folder}/*.ts`, { cwd: bench })
    .map((path) => basename(path, '.ts'))
    .filter((name) => !name.endsWith('.test'));
}

/** The folder of a peer's own package.json, with a slash at its end. */
export function peerFolder(name: string): URL {
  return new URL(`peers/${name}/`, bench);
}
