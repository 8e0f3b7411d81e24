import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPackages } from './layers/read-modules.ts';
import { installPacked, run } from './packed.ts';

const OLDEST_NODE = '22.18.0';
/** What subpaths need beside the packages themselves. */
const PEERS = ['openai@7.55.0', '@anthropic-ai/sdk@1.10.0', 'bottleneck@2.19.5'];

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'overseer-packed-'));
const packages = readPackages(root).filter(({ entries }) =>
  Object.values(entries).every((source) => existsSync(join(root, source))),
);
const specifiers = packages.flatMap(({ name, entries }) =>
  Object.entries(entries).map(([subpath, source]) => ({
    specifier: name + subpath.slice(1),
    isModule: source.endsWith('/index.ts'),
  })),
);
const modules = specifiers.filter(({ isModule }) => isModule).map(({ specifier }) => specifier);

describe('the packed packages', { tags: ['slow'] }, () => {
  beforeAll(() => {
    const names = packages.map(({ name }) => name);
    installPacked(names, join(folder, 'app'), names.includes('@overseer/adapters') ? PEERS : []);
    installNode(OLDEST_NODE);
  }, 600_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['24', process.execPath],
    [OLDEST_NODE, join(folder, 'node/node_modules/node/bin/node')],
  ])('Q6: install and import on Node %s', (version, node) => {
    const program = `
      const found = {};
      for (const name of ${JSON.stringify(modules)}) found[name] = Object.keys(await import(name));
      console.log(JSON.stringify({ version: process.versions.node, found }));
      process.exit(0);
    `;
    const printed = run(node, ['--input-type=module', '--eval', program], join(folder, 'app'));
    const answer: Answer = JSON.parse(printed);
    expect(answer.version.startsWith(version)).toBe(true);
    expect(Object.keys(answer.found)).toEqual(modules);
    expect(answer.found['@overseer/core']).toContain('OverseerError');
    expect(answer.found['@overseer/core/spec']).toEqual([]);
  });

  it('Q6: resolve every subpath to a file that is there, worker entries included', () => {
    const program = `
      import { existsSync } from 'node:fs';
      import { fileURLToPath } from 'node:url';
      const names = ${JSON.stringify(specifiers.map(({ specifier }) => specifier))};
      const missing = names.filter((name) => !existsSync(fileURLToPath(import.meta.resolve(name))));
      console.log(JSON.stringify(missing));
    `;
    const entry = join(folder, 'app');
    expect(
      JSON.parse(run(process.execPath, ['--input-type=module', '--eval', program], entry)),
    ).toEqual([]);
  });
});

interface Answer {
  readonly version: string;
  readonly found: Readonly<Record<string, readonly string[]>>;
}

/** Installs an older Node beside the app, as npm's package of that name. */
function installNode(version: string): void {
  const place = join(folder, 'node');
  mkdirSync(place);
  run('npm', ['install', '--no-audit', '--no-fund', '--prefix', place, `node@${version}`], place);
}
