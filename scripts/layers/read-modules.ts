import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ModuleFacts, moduleFacts } from './module-facts.ts';

/** One package of the workspace, as its package.json tells it. */
export interface PackageFacts {
  readonly name: string;
  /** `packages/core` */
  readonly folder: string;
  /** Exported subpath (`.`, `./spec`) → source file, relative to the repository's root. */
  readonly entries: Readonly<Record<string, string>>;
}

/** Facts of every TypeScript file below `packages/<name>/src`, in the order of their paths. */
export function readModules(root: string): readonly ModuleFacts[] {
  return globSync('packages/*/src/**/*.ts', { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.includes('/node_modules/'))
    .sort()
    .map((path) => moduleFacts(path, readFileSync(join(root, path), 'utf8')));
}

/** Every package of the workspace that has a package.json. */
export function readPackages(root: string): readonly PackageFacts[] {
  return globSync('packages/*/package.json', { cwd: root })
    .sort()
    .map((path) => {
      const folder = path.replaceAll('\\', '/').replace('/package.json', '');
      const manifest: Manifest = JSON.parse(readFileSync(join(root, path), 'utf8'));
      return { name: manifest.name, folder, entries: sourceEntries(folder, manifest) };
    });
}

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

function sourceEntries(folder: string, manifest: Manifest): Readonly<Record<string, string>> {
  const entries: Record<string, string> = {};
  for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
    const source = typeof target === 'string' ? undefined : target['@overseer/source'];
    if (source !== undefined) entries[subpath] = `${folder}/${source.replace('./', '')}`;
  }
  return entries;
}
