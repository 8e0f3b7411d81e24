import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPackages } from './layers/read-modules.ts';
import { packageEntries } from './package-build.ts';

const root = join(import.meta.dirname, '..');

describe.each(readPackages(root))('$name', ({ name, folder, entries }) => {
  const manifest = readJson(folder, 'package.json');

  it('Q6: each subpath names one file as source, types and code', () => {
    for (const [subpath, source] of Object.entries(entries)) {
      const place = source.replace(`${folder}/src/`, '').replace(/\.ts$/, '');
      expect(manifest, subpath).toHaveProperty(['exports', subpath], {
        '@overseer/source': `./src/${place}.ts`,
        types: `./dist/${place}.d.ts`,
        default: `./dist/${place}.js`,
      });
    }
  });

  it('Q6: everything it exports is built', () => {
    const built = Object.values(packageEntries(join(root, folder)));
    const exported = Object.values(entries).map((path) => path.replace(`${folder}/`, ''));
    expect(built).toEqual(expect.arrayContaining(exported));
  });

  it('Q3: every module that it exports for people is in the reference', () => {
    const modules = Object.values(entries)
      .filter((path) => path.endsWith('/index.ts'))
      .map((path) => path.replace(`${folder}/`, ''));
    expect(readJson(folder, 'typedoc.json')).toMatchObject({ entryPoints: modules });
  });

  it('Q6: says what it needs, what it ships, and under which licence', () => {
    expect(manifest).toMatchObject({
      name,
      license: 'MIT',
      type: 'module',
      engines: { node: '>=22.18' },
      files: expect.arrayContaining(['dist', 'src', '!src/**/*.test.ts']),
      repository: { directory: folder },
    });
  });
});

function readJson(folder: string, file: string): unknown {
  return JSON.parse(readFileSync(join(root, folder, file), 'utf8'));
}
