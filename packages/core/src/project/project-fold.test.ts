import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OverseerEvent } from '../spec/event.ts';
import { ProjectFold } from './project-fold.ts';
import type { ProjectState } from './project-state.ts';
import { drawStory } from './project-story.fixture.ts';

const stories = fc.array(fc.nat(), { maxLength: 80 }).map(drawStory);

describe('the fold of a project', () => {
  it('R3: at every prefix it is what a fold of that prefix alone is, whatever came afterwards', () => {
    fc.assert(
      fc.property(stories, (events) => {
        const fold = new ProjectFold('p');
        const seen = events.map((event) => {
          fold.take(event);
          return fold.state();
        });
        for (const [at, state] of seen.entries()) {
          expect(foldOf(events.slice(0, at + 1))).toEqual(state);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('R3: over events that were stored it comes to the same, and changes none of them', () => {
    fc.assert(
      fc.property(stories, (events) => {
        const before = JSON.stringify(events);
        const state = foldOf(events);
        expect(JSON.stringify(events)).toBe(before);
        expect(foldOf(JSON.parse(before) as readonly OverseerEvent[])).toEqual(state);
      }),
    );
  });

  it('R3: a rewind has it stand as it stood at its checkpoint, and erases nothing', () => {
    fc.assert(
      fc.property(stories, (events) => {
        for (const [at, event] of events.entries()) {
          if (event.type !== 'project.rewound') continue;
          const now = foldOf(events.slice(0, at + 1));
          expect(whatGoesBack(now)).toEqual(whatGoesBack(foldOf(events.slice(0, event.data.seq))));
          const before = foldOf(events.slice(0, at));
          expect(now.checkpoints.map(({ name }) => name)).toEqual(
            before.checkpoints.map(({ name }) => name),
          );
          expect(now.runs.map(({ run }) => run)).toEqual(before.runs.map(({ run }) => run));
        }
      }),
    );
  });

  it('R3: what is verified is what was done on the way that led here', () => {
    fc.assert(
      fc.property(stories, (events) => {
        const { phases, otherTasks, runs } = foldOf(events);
        const verified = [...phases.map(({ tasks }) => tasks), otherTasks].map(
          (one) => one.verified,
        );
        expect(verified.reduce((sum, one) => sum + one, 0)).toBe(doneOnTheWay(events));
        for (const { firstSeq, counts } of runs) {
          expect(counts === 'none').toBe(!wayTo(events).has(firstSeq));
        }
      }),
    );
  });

  it('R3: tells of a thousand runs that are over, and of all that go on', () => {
    const fold = new ProjectFold('p');
    const choices = Array.from({ length: 1_100 }, () => [5, 12]).flat();
    for (const event of drawStory([5, ...choices])) fold.take(event);
    expect(fold.state().runs).toHaveLength(1_001);
  });
});

function foldOf(events: readonly OverseerEvent[]): ProjectState {
  const fold = new ProjectFold('p');
  for (const event of events) fold.take(event);
  return fold.state();
}

/** Phases, checklist and what is verified; runs were stopped meanwhile, so that nothing is open. */
function whatGoesBack({ phase, phases, checklist, otherTasks }: ProjectState): unknown {
  const { open: _, ...others } = otherTasks;
  return {
    phase,
    checklist,
    others,
    phases: phases.map(({ tasks: { open: __, ...tasks }, ...rest }) => ({ ...rest, tasks })),
  };
}

/** The events that led here: a rewind takes those after its checkpoint off. */
function wayTo(events: readonly OverseerEvent[]): ReadonlySet<number> {
  const ways: ReadonlySet<number>[] = [new Set()];
  for (const event of events) {
    const before =
      event.type === 'project.rewound' ? ways[event.data.seq] : (ways.at(-1) ?? new Set<number>());
    ways.push(new Set(before).add(event.seq));
  }
  return ways.at(-1) ?? new Set();
}

function doneOnTheWay(events: readonly OverseerEvent[]): number {
  const way = wayTo(events);
  return events.filter(({ type, seq }) => type === 'task.done' && way.has(seq)).length;
}
