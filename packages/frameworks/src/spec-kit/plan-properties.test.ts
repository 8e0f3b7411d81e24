import type { TaskInput } from '@overseer/core/spec';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planSpecKit } from './plan-spec-kit.ts';
import { readSpecKit } from './read-spec-kit.ts';

const row = fc.record({
  phase: fc.constantFrom('', '## Phase 1: x\n'),
  indent: fc.constantFrom('', '  '),
  label: fc.constantFrom('', ' [P]'),
  files: fc.subarray(['`a.ts`', '`src/b.ts`', '`src/`', '`src/c/d.ts`']),
  on: fc.option(fc.nat(14), { nil: undefined }),
  note: fc.constantFrom('', '\n    - Dependencies: None'),
});

/** Documents of up to 15 tasks with every way to state what comes first. */
const documents = fc.array(row, { minLength: 1, maxLength: 15 }).map((rows) => {
  const lines = rows.map(({ phase, indent, label, files, on, note }, i) => {
    const needs = on === undefined || on === i ? '' : ` (depends on T${100 + on})`;
    return `${phase}${indent}- [ ] T${100 + i}${label} ${files.join(' ')}${needs}${note}`;
  });
  return readSpecKit(lines.join('\n'), 't.md');
});

/** Everything that each task waits for; throws where a task comes before what it needs. */
function allNeeds(tasks: readonly TaskInput[]): ReadonlyMap<string, ReadonlySet<string>> {
  const above = new Map<string, ReadonlySet<string>>();
  for (const { key = '', needs = [] } of tasks) {
    const further = needs.map((on) => {
      const known = above.get(on);
      if (known === undefined) throw new Error(`${key} comes before ${on}`);
      return [on, ...known];
    });
    above.set(key, new Set(further.flat()));
  }
  return above;
}

function pairs<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.flatMap((a, i) => items.slice(i + 1).map((b) => [a, b] as const));
}

function share({ files: a = [] }: TaskInput, { files: b = [] }: TaskInput): boolean {
  const within = (folder: string, path: string) => folder.endsWith('/') && path.startsWith(folder);
  return a.some((x) => b.some((y) => x === y || within(x, y) || within(y, x)));
}

it('A1: every task comes after all it needs, and what it states is among them', () => {
  fc.assert(
    fc.property(documents, (document) => {
      fc.pre(!document.diagnostics.some(({ code }) => code === 'TG205'));
      const above = allNeeds(planSpecKit(document));
      expect(above.size).toBe(document.tasks.length);
      for (const { uid, needs } of document.tasks) {
        for (const { on } of needs) expect(above.get(uid)).toContain(on);
      }
    }),
    { numRuns: 300 },
  );
});

it('A1: two tasks that share a file never run at once', () => {
  fc.assert(
    fc.property(documents, (document) => {
      fc.pre(!document.diagnostics.some(({ code }) => code === 'TG205'));
      const tasks = planSpecKit(document);
      const above = allNeeds(tasks);
      const isOrdered = (a = '', b = '') => above.get(a)?.has(b) || above.get(b)?.has(a);
      const loose = pairs(tasks).filter(([a, b]) => share(a, b) && !isOrdered(a.key, b.key));
      expect(loose).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

it('A1: a phase waits for the whole phase before it', () => {
  const text = fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.boolean())
    .map(([first, second, parallel]) => {
      const line = (n: number) => `- [ ] T${n}${parallel ? ' [P]' : ''} in \`f${n}.ts\``;
      const list = (from: number, count: number) =>
        Array.from({ length: count }, (_, i) => line(from + i));
      return ['## Phase 1: a', ...list(100, first), '## Phase 2: b', ...list(200, second)];
    });
  fc.assert(
    fc.property(text, (lines) => {
      const above = allNeeds(planSpecKit(readSpecKit(lines.join('\n'), 't.md')));
      const keys = [...above.keys()];
      const early = keys.filter((key) => key < 'T200');
      for (const late of keys.filter((key) => key >= 'T200')) {
        expect([...(above.get(late) ?? [])]).toEqual(expect.arrayContaining(early));
      }
    }),
  );
});
