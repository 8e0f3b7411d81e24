import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import {
  eventsOf,
  holding,
  saysValidator,
  storyOf,
  wayfinder,
  wayTask,
  wordsOf,
} from './healing.fixture.ts';
import { mortalDisk } from './mortal-disk.fixture.ts';
import type { Overseer } from './overseer.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { Model } from './spec/model.ts';
import type { OpenStore } from './spec/store.ts';
import type { TaskGraph } from './spec/task.ts';

const GRAPH: TaskGraph = {
  tasks: [
    { key: 'fix', instruction: 'Fix it.', checks: [{ kind: 'says', value: 'mended' }] },
    { key: 'use', instruction: 'Use it.', needs: ['fix'] },
  ],
};

const WAYS = {
  replace: {
    ...{ action: 'replace', because: 'too much at once' },
    tasks: [wayTask('look'), wayTask('do', { needs: ['look'], instruction: 'Say mended.' })],
  },
  change: {
    ...{ action: 'change', because: 'not clear' },
    tasks: [wayTask('x', { instruction: 'Say mended.' })],
  },
  'give-up': { action: 'give-up', because: 'no way', tasks: [] },
  'no way': { action: 'dance', because: 'so', tasks: [] },
} as const;

describe('a change of plan that is cut short', () => {
  it.each(Object.entries(WAYS))(
    'K10 R1 R2: (%s) goes on from every event of its journal to the same end, paying nothing twice',
    async (_, way) => {
      const disk = mortalDisk();
      const whole = await worked(chiefOf(way), disk.open);
      const all = await disk.events();
      const first = all.findIndex(({ type }) => type === 'plan.accepted') + 1;
      const last = all.findIndex(({ type }) => type === 'run.finished');
      expect(last - first).toBeGreaterThan(20);
      for (let known = first; known <= last; known++) {
        if (all[known]?.at !== undefined && isOneWrite(all[known - 1], all[known])) continue;
        const chief = chiefOf(way);
        const next = await worked(chief, await holding(all.slice(0, known)), whole.id);
        expect(next.result.status, `after ${known}`).toBe(whole.result.status);
        expect(next.result.reason, `after ${known}`).toBe(whole.result.reason);
        expect(endsOf(next.events), `after ${known}`).toEqual(endsOf(whole.events));
        const paid = all.slice(0, known).filter(({ type }) => type === 'call.finished').length;
        const open = whole.result.usage.calls - paid;
        expect(chief.requests.length, `calls after ${known}`).toBe(open);
      }
    },
  );
});

/** Events that the kernel appends in one turn, which are one write: a process cannot die between them. */
function isOneWrite(before: OverseerEvent | undefined, after: OverseerEvent | undefined): boolean {
  const pair = `${before?.type} ${after?.type}`;
  return [
    'task.assigned attempt.started',
    'attempt.started call.started',
    'attempt.ended task.diagnosed',
    'attempt.ended task.failed',
    'task.diagnosed task.failed',
    'plan.patched task.done',
    'plan.patched task.failed',
    'task.done question.answered',
    'task.failed task.skipped',
    'task.failed task.failed',
    'task.skipped task.done',
  ].includes(pair);
}

function endsOf(events: readonly OverseerEvent[]): readonly string[] {
  return storyOf(events).filter((line) => !line.includes('→'));
}

function chiefOf(way: object): ReturnType<typeof wayfinder> {
  return wayfinder([way], (request) => ({
    text: wordsOf(request).includes('Say mended.') ? 'mended' : 'worked',
  }));
}

async function teamOf(chief: Model, store: OpenStore): Promise<Overseer> {
  return await createOverseer({
    overseer: 'chief',
    models: { chief: { model: chief } },
    validators: { says: saysValidator },
    maxAttempts: 2,
    healing: true,
    store,
  });
}

async function worked(chief: Model, store: OpenStore, id?: string) {
  await using overseer = await teamOf(chief, store);
  const run = id === undefined ? overseer.run(GRAPH) : overseer.open(id);
  run.resume();
  const result = await run.result;
  return { id: run.id, result, events: await eventsOf(run) };
}
