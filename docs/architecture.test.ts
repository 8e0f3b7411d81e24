import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDocuments, root } from './blocks/documents.ts';
import { eventTypes } from './blocks/event-types.ts';

const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');

describe('docs/architecture.md', () => {
  it('Q3: lists the folders of core in the order that the test of layers holds', () => {
    const { folders }: { folders: readonly string[] } = JSON.parse(
      readFileSync(join(root, 'scripts/layers.json'), 'utf8'),
    );
    const core = join(root, 'packages/core/src');
    const there = folders.filter(
      (name) => existsSync(join(core, name)) && readdirSync(join(core, name)).length > 0,
    );
    const ladder = /```text\n(spec {2}[\s\S]*?)\n```/.exec(page)?.[1] ?? '';
    expect(ladder.split('\n').map((line) => line.split(' ')[0])).toEqual(there);
  });

  it('Q3: names every type of event and no other', () => {
    const table = page.slice(page.indexOf('| about | events |'), page.indexOf('The SQLite store'));
    const named = [...table.matchAll(/`([a-z]+\.[a-z-]+)`/g)].map(([, name]) => name);
    expect([...named].sort()).toEqual([...eventTypes()].sort());
  });

  it('Q3: proves every invariant by a test that is there', () => {
    const table = page.slice(page.indexOf('| invariant | test |'), page.indexOf('## Words'));
    const rows = [...table.matchAll(/^\| .+ \| `([^`]+)`(?:: `([^`]+)`)? \|$/gm)];
    expect(rows.length).toBeGreaterThan(10);
    const missing = rows.filter(([, path = '', title]) => {
      const file = join(root, path);
      return !existsSync(file) || !readFileSync(file, 'utf8').includes(title ?? '');
    });
    expect(missing.map(([row]) => row)).toEqual([]);
    expect(table.trim().split('\n')).toHaveLength(rows.length + 2);
  });

  it('Q3: names only rules and packages that there are', () => {
    const kit = readFileSync(join(root, 'packages/core/src/testing/index.ts'), 'utf8');
    for (const [, name = ''] of page.matchAll(/`(\w+Conformance)`/g)) expect(kit).toContain(name);
  });
});

describe('the documents', () => {
  it('Q3: link to files and headings that are there', () => {
    const broken = readDocuments().flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !leadsSomewhere(path, target))
        .map((target) => `${path}: ${target}`),
    );
    expect(broken).toEqual([]);
  });
});

function leadsSomewhere(from: string, target: string): boolean {
  const [path = '', heading] = target.split('#');
  const file = path === '' ? join(root, from) : join(root, from, '..', path);
  if (!existsSync(file)) return false;
  if (heading === undefined) return true;
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)];
  return headings.some(([, title = '']) => slug(title) === heading);
}

/** As GitHub makes it. */
function slug(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');
}
