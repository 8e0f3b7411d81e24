import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planSpecKit } from './plan-spec-kit.ts';
import { readSpecKit } from './read-spec-kit.ts';
import { setStatus } from './set-status.ts';
import type { TaskDocument } from './task-document.ts';

/** Real task files, which lie beside the repository where there are any. */
const corpus = join(import.meta.dirname, '../../../../../shared/data/specs');
const isThere = existsSync(corpus);

function taskFiles(): readonly string[] {
  return readdirSync(corpus, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(?:^|\/)tasks[^/]*\.md$/.test(path) && !path.includes('openspec'))
    .sort();
}

/** What must not change when a box does. */
function shape({ tasks, phases, account }: TaskDocument) {
  return JSON.stringify([
    account,
    phases.map(({ title }) => title),
    tasks.map(({ uid, title, phase, parallel, files, needs, lineHash }) => {
      return [uid, title, phase, parallel, files, needs.map(({ on }) => on), lineHash];
    }),
  ]);
}

const name = isThere ? 'real task files' : 'real task files (skipped: the corpus is not here)';

describe.skipIf(!isThere)(name, () => {
  const documents = (isThere ? taskFiles() : []).map((path) => {
    const text = readFileSync(join(corpus, path), 'utf8');
    return { path, text, document: readSpecKit(text, path) };
  });

  it('A1: every line that looks like a box is accounted for', () => {
    let boxes = 0;
    let known = 0;
    for (const { path, text, document } of documents) {
      const { boxes: all, tasks, acceptance, labels, masked, legend } = document.account;
      expect(tasks + acceptance + labels + masked + legend, path).toBe(all);
      const found = text.match(/^[ \t]*(?:[-*+]|\d+[.)])[ \t]*\[[ xX]\][ \t]/gm) ?? [];
      boxes += found.length;
      known += tasks + acceptance;
    }
    expect(documents.length).toBeGreaterThan(100);
    expect(known / boxes).toBeGreaterThan(0.995);
  });

  it('A1: Spec Kit files are planned, in an order that holds', () => {
    const own = documents.filter(({ path }) => path.includes('gepa-adk'));
    expect(own.length).toBeGreaterThan(50);
    for (const { path, document } of own) {
      expect(
        document.diagnostics.filter(({ code }) => code === 'TG205'),
        path,
      ).toEqual([]);
      const seen = new Set<string>();
      for (const { key = '', needs = [] } of planSpecKit(document)) {
        for (const on of needs) expect(seen.has(on), `${path}: ${key} before ${on}`).toBe(true);
        seen.add(key);
      }
    }
  });

  it('A1: every toggle changes one place and reads back to the same graph', () => {
    let toggles = 0;
    for (const one of documents) toggles += toggleAll(one);
    expect(toggles).toBeGreaterThan(3_000);
  }, 120_000);
});

interface Read {
  readonly path: string;
  readonly text: string;
  readonly document: TaskDocument;
}

/** Toggles each box of a document by itself, and answers how many. */
function toggleAll({ path, text, document }: Read): number {
  const before = shape(document);
  const boxed = document.tasks.filter(({ markAt }) => markAt !== undefined);
  for (const { uid, status, markAt } of boxed) {
    const edit = setStatus(document, text, uid, status === 'done' ? 'todo' : 'done');
    expect([edit.start, edit.end], path).toEqual([markAt?.start, markAt?.end]);
    const after = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
    const again = readSpecKit(after, path);
    expect(shape(again) === before, `${path} ${uid}`).toBe(true);
    const changed = again.tasks.filter((task, i) => task.status !== document.tasks[i]?.status);
    expect(
      changed.map((task) => task.uid),
      path,
    ).toEqual([uid]);
  }
  return boxed.length;
}
