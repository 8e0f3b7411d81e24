import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from 'tsup';

/**
 * How tsup builds one package: its entries are what package.json exports under `@overseer/source`, and its commands.
 * `folder` is the package's own. Entries are named by their place in `dist`, so that one more or less moves no other.
 */
export function packageBuild(folder: string): Options {
  return {
    entry: { ...packageEntries(folder) },
    format: ['esm'],
    target: 'node22',
    dts: true,
    sourcemap: true,
    // The sources come with the package.
    esbuildOptions: (options) => {
      options.sourcesContent = false;
    },
    clean: true,
  };
}

/** Place in `dist` without extension → source file, both relative to the package: `sqlite/index` → `src/sqlite/index.ts`. */
export function packageEntries(folder: string): Readonly<Record<string, string>> {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const exported = Object.values(manifest.exports ?? {}).flatMap((target) => {
    const source = typeof target === 'string' ? undefined : target['@overseer/source'];
    return source === undefined ? [] : [source.replace(/^\.\/src\/(.*)\.ts$/, '$1')];
  });
  const commands = Object.values(manifest.bin ?? {}).map((path) =>
    path.replace(/^\.\/dist\/(.*)\.js$/, '$1'),
  );
  return Object.fromEntries([...exported, ...commands].map((name) => [name, `src/${name}.ts`]));
}

interface Manifest {
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin?: Readonly<Record<string, string>>;
}
