import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVENT_VERSION } from '../packages/core/src/journal/event-version.ts';
import { compareFields } from './event-fields/compare-fields.ts';
import { readFields } from './event-fields/read-fields.ts';

const known = JSON.parse(
  readFileSync(join(import.meta.dirname, 'event-fields', 'known.json'), 'utf8'),
);

describe('the fields of events', () => {
  it('Q6: are those that are noted for their versions; scripts/event-fields.ts says what to do', () => {
    const declared = readFields();
    expect(Object.keys(declared).sort()).toEqual(Object.keys(EVENT_VERSION).sort());
    expect(declared['task.waiting']).toContain('on?.kind: "limit" | "outage"');
    expect(compareFields(declared, EVENT_VERSION, known)).toEqual({ breaking: [], added: [] });
  });
});

describe('compareFields', () => {
  const before = { 'a@1': ['because: string', 'of?.id: string', 'parts[](text).text: string'] };
  const compare = (...fields: string[]) =>
    compareFields({ a: ['because: string', 'of?.id: string', ...fields] }, { a: 1 }, before);
  const text = 'parts[](text).text: string';

  it('Q6: takes what may be left out', () => {
    expect(compare(text)).toEqual({ breaking: [], added: [] });
    for (const field of ['untilAt?: number', 'to?.id: string', 'parts[](image).url: string']) {
      expect(compare(text, field)).toEqual({ breaking: [], added: [`a@1 ${field}`] });
    }
  });

  it('Q6: takes more words where there were some, and none less', () => {
    const one = { 'a@1': ['by: "m" | "p"'] };
    const now = (field: string) => compareFields({ a: [field] }, { a: 1 }, one);
    expect(now('by: "h" | "m" | "p"')).toEqual({
      breaking: [],
      added: ['a@1 by: "h" | "m" | "p"'],
    });
    expect(now('by: "m"').breaking).toEqual(['a@1 by: "m" | "p"', 'a@1 by: "m"']);
  });

  it('Q6: wants a new version for what is gone, is another, or must be there', () => {
    for (const field of ['by: string', 'of?.at: number', 'parts[](text).lang: string']) {
      expect(compare(text, field)).toEqual({ breaking: [`a@1 ${field}`], added: [] });
    }
    expect(compare()).toEqual({ breaking: [`a@1 ${text}`], added: [] });
    expect(compareFields({}, {}, before).breaking).toEqual(['a@1']);
    expect(compareFields({ a: ['x: number'] }, { a: 2 }, before)).toEqual({
      breaking: [],
      added: ['a@2'],
    });
  });
});

describe('readFields', () => {
  it('Q6: looks into arrays, unions, records and what refers to itself', () => {
    const folder = mkdtempSync(join(tmpdir(), 'overseer-'));
    const file = join(folder, 'x.ts');
    writeFileSync(
      file,
      `interface Tree { readonly next?: Tree; readonly size: number }
       type Part = { readonly kind: 'a'; readonly x: string } | { readonly kind: 'b'; readonly y?: number | null };
       export interface Data {
         'x.y': { readonly parts: readonly Part[]; readonly by: 'p' | 'm'; readonly at?: Readonly<Record<string, number>>; readonly tree: Tree };
       }`,
    );
    expect(readFields(file, 'Data')).toEqual({
      'x.y': [
        'at?{}: number',
        'by: "m" | "p"',
        'parts[](a).kind: "a"',
        'parts[](a).x: string',
        'parts[](b).kind: "b"',
        'parts[](b).y?: null | number',
        'tree.next?: Tree',
        'tree.size: number',
      ],
    });
    rmSync(folder, { recursive: true });
  });
});
