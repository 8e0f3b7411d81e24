import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lanes } from './lanes.ts';
import { ready } from './ready-task.fixture.ts';
import { placeInLine } from './ready-task.ts';
import { createStrand, type Entry, putIn, type Strand, takeOut } from './strand.ts';

const step = fc.oneof(
  fc.record({ kind: fc.constant('new' as const), rank: fc.nat(3), order: fc.nat(2_000) }),
  fc.record({ kind: fc.constant('out' as const), which: fc.nat(200) }),
  fc.record({ kind: fc.constant('first' as const) }),
  fc.record({ kind: fc.constant('back' as const), which: fc.nat(200) }),
);

describe('a strand', () => {
  it('K3: its first task is the first of all that wait, whatever is taken out of the middle and put back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const strand = createStrand(new Lanes().of(ready({})), NOTHING_YET);
        const entries: Entry[] = [];
        for (const [at, step] of steps.entries()) {
          afterStep(strand, entries, step, at);
          const waiting = inOrder(entries.filter((entry) => entry.strand === strand));
          expect(strand.line.peek()).toBe(waiting[0]);
          expect(strand.size).toBe(waiting.length);
          expect(strand.line.size).toBeLessThanOrEqual(2 * strand.size + 16);
          for (const entry of waiting) expect(strand.line.items).toContain(entry);
        }
      }),
    );
  });
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const NOTHING_YET = { finish: 0, seen: 0, foreign: 0 };

function afterStep(strand: Strand, entries: Entry[], step: Step, at: number): void {
  if (step.kind === 'new') {
    const order = step.order + at / 1_000;
    const entry = entryOf(ready({ task: `t${at}`, rank: step.rank, order }));
    entries.push(entry);
    putIn(strand, entry);
  } else if (step.kind === 'back') {
    const back = oneOf(
      entries.filter((entry) => entry.strand !== strand),
      step.which,
    );
    if (back !== undefined) putIn(strand, back);
  } else {
    const waiting = inOrder(entries.filter((entry) => entry.strand === strand));
    const out = step.kind === 'first' ? waiting[0] : oneOf(waiting, step.which);
    if (out !== undefined) takeOut(strand, out);
  }
}

function oneOf(entries: readonly Entry[], which: number): Entry | undefined {
  return entries[which % Math.max(1, entries.length)];
}

function entryOf(task: Entry['task']): Entry {
  return {
    task,
    siblings: undefined,
    strand: undefined,
    lies: undefined,
    place: -1,
    expiryPlace: -1,
  };
}

function inOrder(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted(
    (a, b) => placeInLine(a.task) - placeInLine(b.task) || a.task.order - b.task.order,
  );
}
