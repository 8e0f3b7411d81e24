import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cycles } from './layers/cycles.ts';
import {
  folderProblems,
  type Layers,
  packageProblems,
  relativeImports,
  shapeProblems,
  specProblems,
  type Workspace,
} from './layers/layer-rules.ts';
import { moduleFacts } from './layers/module-facts.ts';
import { type PackageFacts, readModules, readPackages } from './layers/read-modules.ts';

const root = join(import.meta.dirname, '..');
const layers: Layers = JSON.parse(readFileSync(join(root, 'scripts/layers.json'), 'utf8'));

describe('this repository', () => {
  const workspace: Workspace = {
    layers,
    packages: readPackages(root),
    modules: readModules(root),
  };

  it('Q4: files of core import only from folders above their own', () => {
    expect(workspace.modules.length).toBeGreaterThan(20);
    expect(folderProblems(workspace)).toEqual([]);
  });

  it('Q4: packages import only what the order of packages allows', () => {
    expect(packageProblems(workspace)).toEqual([]);
  });

  it('Q4: no file imports itself by any way round, types included', () => {
    const files = new Map(workspace.modules.map((module) => [module.path, module]));
    const entries = entriesBySpecifier(workspace.packages);
    const edges = Object.fromEntries(
      [...files].map(([path, module]) => [
        path,
        [
          ...relativeImports(module).map(({ target }) => target),
          ...module.imports.flatMap(({ specifier }) => entries.get(specifier) ?? []),
        ].filter((target) => files.has(target)),
      ]),
    );
    expect(cycles(edges).map((cycle) => cycle.join(' → '))).toEqual([]);
  });

  it('Q4: no export *, no default export, no inner barrel, no path out of a package', () => {
    const long = workspace.modules.filter(({ lines }) => lines > 300);
    for (const { path, lines } of long) console.log(`note: ${path} has ${lines} lines`);
    expect(shapeProblems(workspace)).toEqual([]);
  });

  it('M8 Q4: the contracts are types alone, free of Node and of code that runs', () => {
    expect(specProblems(workspace)).toEqual([]);
  });
});

describe('the rules see a fault', () => {
  it.each([
    ['a folder below', 'journal/a.ts', `import { b } from '../run/b.ts';`],
    ['a type from below', 'journal/a.ts', `import type { B } from '../run/b.ts';`],
    ['a type in an expression', 'journal/a.ts', `type B = import('../run/b.ts').B;`],
    ['a lazy import from below', 'journal/a.ts', `await import('../run/b.ts');`],
    ['a re-export from below', 'journal/a.ts', `export { b } from '../run/b.ts';`],
    ['the root from a folder', 'run/a.ts', `import { b } from '../overseer.ts';`],
    ['the kit from the kernel', 'run/a.ts', `import { b } from '../testing/b.ts';`],
    ['the kernel from the kit', 'testing/a.ts', `import { b } from '../run/b.ts';`],
    ['an unknown folder', 'misc/a.ts', 'export const a: number = 1;'],
  ])('Q4: %s', (_what, path, text) => {
    expect(folderProblems(coreWith(path, text))).toHaveLength(1);
  });

  it.each([
    ['the folder above', 'run/a.ts', `import { b } from '../journal/b.ts';`],
    ['its own folder', 'run/a.ts', `import { b } from './b.ts';`],
    ['the kit for a test', 'run/a.test.ts', `import { b } from '../testing/b.ts';`],
    ['anything for the root', 'overseer.ts', `import { b } from './run/b.ts';`],
    ['what the kit re-exports', 'testing/index.ts', `export { b } from '../run/b.ts';`],
  ])('Q4: but allows %s', (_what, path, text) => {
    expect(folderProblems(coreWith(path, text))).toEqual([]);
  });

  it('Q4: and for the kit what plugin authors are given', () => {
    const text = `import { generate } from '../call/generate.ts';`;
    const plugin = `export { generate } from '../call/generate.ts';`;
    const workspace = coreWith('testing/a.ts', text);
    const given = moduleFacts('packages/core/src/plugin/index.ts', plugin);
    expect(folderProblems(workspace)).toHaveLength(1);
    expect(folderProblems({ ...workspace, modules: [...workspace.modules, given] })).toEqual([]);
  });

  it.each([
    ['@overseer/storage', `import { createOverseer } from '@overseer/core';`],
    ['@overseer/storage', `import.meta.resolve('@overseer/adapters/git');`],
    ['@overseer/core', `import type { X } from '@overseer/cli';`],
    ['@overseer/cli', `import { x } from '@overseer/unknown';`],
  ])('Q4: %s with %s', (name, text) => {
    expect(packageProblems(inPackage(name, text))).toHaveLength(1);
  });

  it.each([
    ['@overseer/storage', `import { x } from '@overseer/core/plugin';`],
    ['@overseer/storage', `import.meta.resolve('@overseer/storage/sqlite/writer');`],
    ['@overseer/cli', `import { x } from '@overseer/adapters/git';`],
  ])('Q4: but allows %s with %s', (name, text) => {
    expect(packageProblems(inPackage(name, text))).toEqual([]);
  });

  it.each([
    ['export *', 'run/a.ts', `export * from './b.ts';\nexport const a: number = 1;`],
    ['a default export', 'run/a.ts', 'export default 1;'],
    ['a default function', 'run/a.ts', 'export default function a(): void {}'],
    ['a renamed default', 'run/a.ts', 'const a = 1;\nexport { a as default };'],
    ['an inner barrel', 'run/index.ts', 'export const a: number = 1;'],
    ['a barrel by another name', 'run/all.ts', `export { b } from './b.ts';`],
    ['a path out of the package', 'run/a.ts', `import { b } from '../../../cli/src/b.ts';`],
  ])('Q4: %s', (_what, path, text) => {
    expect(shapeProblems(coreWith(path, text))).toHaveLength(1);
  });

  it.each([
    ['a builtin', `import type { Buffer } from 'node:buffer';`],
    ['a value', 'export const a: number = 1;'],
    ['a side effect', `import './b.ts';`],
    ['a package', `import type { z } from 'zod';`],
  ])('M8: %s in the contracts', (_what, text) => {
    expect(specProblems(coreWith('spec/a.ts', text))).toHaveLength(1);
  });

  it('Q4: a cycle is named in full', () => {
    expect(cycles({ a: ['b'], b: ['c'], c: ['b'], d: [] })).toEqual([['b', 'c', 'b']]);
  });
});

function coreWith(path: string, text: string): Workspace {
  return {
    layers,
    packages: [
      {
        name: '@overseer/core',
        folder: 'packages/core',
        entries: { './testing': 'packages/core/src/testing/index.ts' },
      },
    ],
    modules: [moduleFacts(`packages/core/src/${path}`, text)],
  };
}

function inPackage(name: string, text: string): Workspace {
  const folder = name.replace('@overseer', 'packages');
  return {
    layers,
    packages: [{ name, folder, entries: {} }],
    modules: [moduleFacts(`${folder}/src/a.ts`, text)],
  };
}

function entriesBySpecifier(packages: readonly PackageFacts[]): ReadonlyMap<string, string> {
  return new Map(
    packages.flatMap(({ name, entries }) =>
      Object.entries(entries).map(([subpath, file]) => [join(name, subpath), file] as const),
    ),
  );
}
