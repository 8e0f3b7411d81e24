import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Start } from '../harness/subject.ts';

/** How many packages a library brings and how much they weigh; nothing for a bare Node. */
export function footprint(start: Start): Readonly<Record<string, number>> {
  if (start.modules.length === 0) return {};
  const folders = installedFolders(start);
  const bytes = folders.reduce((sum, folder) => sum + ownBytes(folder), 0);
  const types = start.typeInstantiations;
  return {
    packages: folders.length,
    installedMb: bytes / 2 ** 20,
    ...(types !== undefined && { typeInstantiations: types }),
  };
}

function installedFolders({ folder, only }: Start): readonly string[] {
  const lock = join(folder, 'node_modules/.package-lock.json');
  const { packages }: Lock = JSON.parse(readFileSync(lock, 'utf8'));
  return Object.entries(packages)
    .filter(([path, { link }]) => path.startsWith('node_modules/') && link !== true)
    .filter(([path]) => only === undefined || only.includes(path.replace('node_modules/', '')))
    .map(([path]) => join(folder, path))
    .filter((path) => existsSync(path));
}

/** Bytes of a package's files, without the packages nested in it. */
function ownBytes(folder: string): number {
  let sum = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') sum += ownBytes(path);
    else if (entry.isFile()) sum += statSync(path).size;
  }
  return sum;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly link?: boolean }>>;
}
