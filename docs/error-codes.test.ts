import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelErrorKind } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { root } from './blocks/documents.ts';
import { areasIn, codesIn } from './blocks/error-codes.ts';
import { eventTypes } from './blocks/event-types.ts';

/** Complete by its type. */
const KINDS: Readonly<Record<ModelErrorKind, true>> = {
  auth: true,
  permission: true,
  'not-found': true,
  invalid: true,
  'context-overflow': true,
  'content-filter': true,
  unsupported: true,
  'rate-limit': true,
  quota: true,
  overloaded: true,
  loading: true,
  server: true,
  timeout: true,
  network: true,
  interrupted: true,
  protocol: true,
  aborted: true,
};

const sources = readSources();
const events = new Set(eventTypes());
const areas = new Set(sources.flatMap((source) => areasIn(source)));
const thrown = new Set([
  ...sources.flatMap((source) => codesIn(source, areas, events)),
  ...Object.keys(KINDS).map((kind) => `model.${kind}`),
]);
const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
const rows = [...page.matchAll(/^\| `([a-z]+\.[a-z-]+)` \| (.+) \| (.+) \|$/gm)];

describe('docs/troubleshooting.md', () => {
  it('M18 Q3: has an entry for every code that is thrown', () => {
    const explained = rows.map(([, code]) => code);
    expect(thrown.size).toBeGreaterThan(60);
    expect([...thrown].filter((code) => !explained.includes(code))).toEqual([]);
  });

  it('M18 Q3: has no entry for a code that nobody throws, and none twice', () => {
    const explained = rows.map(([, code = '']) => code);
    expect(explained.filter((code) => !thrown.has(code))).toEqual([]);
    expect(new Set(explained).size).toBe(explained.length);
  });

  it('M18: every entry says what it means and what to do', () => {
    for (const [row, , means = '', todo = ''] of rows) {
      expect(means, row).toMatch(/\w.*\.$/);
      expect(todo, row).toMatch(/\w.*[.?)]$/);
    }
  });
});

describe('the search for codes', () => {
  it('M18: finds codes in constructors, in tables and in helpers, and leaves names of events out', () => {
    const source = `
      throw new ConfigError('config.limit', '…');
      const TABLE = { ENOENT: ['config.absent', '…'] };
      throw refuse('config.other-thing');
      append({ type: 'config.changed' });
      read('other.file');
    `;
    const known = new Set(areasIn(source));
    expect([...known]).toEqual(['config']);
    const codes = codesIn(source, known, new Set(['config.changed']));
    expect(codes).toEqual(['config.limit', 'config.absent', 'config.other-thing']);
  });
});

function readSources(): readonly string[] {
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/src`);
  return [...packages, 'examples/main-job'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/\.(test|fixture)\.ts$|(^|\/)testing\//.test(name))
      .map((name) => readFileSync(join(root, folder, name), 'utf8')),
  );
}
