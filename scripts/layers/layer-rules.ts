import { dirname, join, normalize } from 'node:path/posix';
import type { ImportFact, ModuleFacts } from './module-facts.ts';
import type { PackageFacts } from './read-modules.ts';

/** The order of folders and packages, as `scripts/layers.json` holds it. */
export interface Layers {
  /** Folders of core, top first: a file imports from its own folder and those before it. */
  readonly folders: readonly string[];
  /** Folders beside the order, with what they may import, beside what any of them gives to authors by re-exporting it. */
  readonly beside: Readonly<Record<string, readonly string[]>>;
  /** Package → what of the other packages it may name: a whole package, or one subpath. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
}

/** What is being judged. */
export interface Workspace {
  readonly layers: Layers;
  readonly packages: readonly PackageFacts[];
  readonly modules: readonly ModuleFacts[];
}

const CORE = 'packages/core/src/';

/** Imports that go against the order of core's folders. A test may import from all of core. */
export function folderProblems({ layers, modules }: Workspace): readonly string[] {
  const inCore = modules.filter(({ path }) => path.startsWith(CORE));
  return inCore.flatMap((module) => {
    if (isTest(module.path)) return [];
    const from = folderOf(module.path);
    if (from !== '' && !layers.folders.includes(from) && !(from in layers.beside)) {
      return [`${module.path}: the folder ${from} is not in scripts/layers.json`];
    }
    const allowed = allowedFolders(layers, from, inCore);
    return relativeImports(module).flatMap(({ fact, target }) =>
      allowed(target, fact)
        ? []
        : [`${at(module, fact)} ${from || 'the root'} must not import ${target}`],
    );
  });
}

/** Imports of other packages that `layers.packages` does not list. */
export function packageProblems({ layers, packages, modules }: Workspace): readonly string[] {
  return modules.flatMap((module) => {
    const own = packages.find(({ folder }) => module.path.startsWith(`${folder}/`));
    const may = own === undefined ? undefined : layers.packages[own.name];
    if (own === undefined || may === undefined) {
      return [`${module.path}: its package is not in scripts/layers.json`];
    }
    const crossing = module.imports.filter(({ specifier }) => specifier.startsWith('@overseer/'));
    return crossing.flatMap((fact) =>
      [own.name, ...may].some((name) => covers(name, fact.specifier, layers))
        ? []
        : [`${at(module, fact)} ${own.name} must not import ${fact.specifier}`],
    );
  });
}

/** What no file may do: `export *`, a default export, a barrel that is no entry, a path out of its package. */
export function shapeProblems({ packages, modules }: Workspace): readonly string[] {
  const entries = new Set(packages.flatMap((one) => Object.values(one.entries)));
  return modules.flatMap((module) => {
    const isBarrel = module.barrel || module.path.endsWith('/index.ts');
    const problems: readonly (readonly [boolean, string])[] = [
      [module.exportsAll, 'export *'],
      [module.exportsDefault, 'a default export'],
      [isBarrel && !entries.has(module.path), 'a barrel that is not an entry of its package'],
    ];
    return [
      ...problems.flatMap(([holds, what]) => (holds ? [`${module.path}: ${what}`] : [])),
      ...leavingProblems(module),
    ];
  });
}

/** What keeps `@overseer/core/spec` from being types alone, free of everything outside it. */
export function specProblems({ modules }: Workspace): readonly string[] {
  const spec = modules.filter(({ path }) => path.startsWith(`${CORE}spec/`) && !isTest(path));
  return spec.flatMap((module) => [
    ...(module.typesOnly ? [] : [`${module.path}: code that runs`]),
    ...module.imports
      .filter((fact) => !resolved(module.path, fact)?.startsWith(`${CORE}spec/`))
      .map((fact) => `${at(module, fact)} ${fact.specifier} is outside the contracts`),
  ]);
}

/** The relative imports of a module, with the path each one names. */
export function relativeImports(
  module: ModuleFacts,
): readonly { readonly fact: ImportFact; readonly target: string }[] {
  return module.imports.flatMap((fact) => {
    const target = resolved(module.path, fact);
    return target === undefined ? [] : [{ fact, target }];
  });
}

type Allowed = (target: string, fact: ImportFact) => boolean;

function allowedFolders(layers: Layers, from: string, core: readonly ModuleFacts[]): Allowed {
  if (from === '') return () => true;
  const beside = layers.beside[from];
  if (beside === undefined) {
    const above = layers.folders.slice(0, layers.folders.indexOf(from) + 1);
    return (target) => above.includes(folderOf(target));
  }
  const folders = [from, ...beside];
  const given = new Set(
    core.filter(({ path }) => folderOf(path) in layers.beside).flatMap(reExportedModules),
  );
  return (target, { reExport }) =>
    folders.includes(folderOf(target)) ||
    given.has(target) ||
    (reExport && folderOf(target) !== '');
}

function reExportedModules(module: ModuleFacts): readonly string[] {
  return relativeImports(module)
    .filter(({ fact, target }) => fact.reExport && folderOf(target) !== '')
    .map(({ target }) => target);
}

function leavingProblems(module: ModuleFacts): readonly string[] {
  const source = `${module.path.split('/').slice(0, 3).join('/')}/`;
  return relativeImports(module)
    .filter(({ target }) => !target.startsWith(source))
    .map(({ fact }) => `${at(module, fact)} leaves the package`);
}

function covers(allowed: string, specifier: string, layers: Layers): boolean {
  if (specifier === allowed) return true;
  return allowed in layers.packages && specifier.startsWith(`${allowed}/`);
}

function resolved(path: string, { specifier }: ImportFact): string | undefined {
  return specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : undefined;
}

function folderOf(path: string): string {
  const rest = path.slice(CORE.length);
  return rest.includes('/') ? rest.slice(0, rest.indexOf('/')) : '';
}

function isTest(path: string): boolean {
  return path.endsWith('.test.ts');
}

function at(module: ModuleFacts, fact: ImportFact): string {
  return `${module.path}:${fact.line}`;
}
