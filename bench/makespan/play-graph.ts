import { createOverseer, type RunProgress } from '@overseer/core';
import type { TaskInput } from '@overseer/core/spec';
import { createFakeClock, type FakeClock, fakeModel } from '@overseer/core/testing';
import { seeded } from '../harness/random.ts';
import { busyShare, type Span } from './busy-share.ts';
import { leastTime } from './least-time.ts';

/** A graph of tasks, worked by a whole overseer on so many equal places, in a time that goes on by itself. */
export interface PlayedGraph {
  readonly tasks: number;
  /** How long it took, in ms. */
  readonly makespanMs: number;
  /** No order is faster: see `leastTime`. */
  readonly leastMs: number;
  /** How much of the places was busy while tasks that were ready waited, 0 to 1; 1 where none ever waited. */
  readonly busyShare: number;
}

/** Plays a graph with calls that last as chance has it, by seed. Throws `Error` where it is not worked to its end. */
export async function playGraph(
  tasks: readonly TaskInput[],
  places: number,
  seed: number,
): Promise<PlayedGraph> {
  const clock = createFakeClock();
  const random = seeded(seed);
  const model = fakeModel({
    reply: () =>
      new Promise((resolve) => {
        clock.after(500 + Math.floor(random() * 4_500), () => resolve({ text: 'done' }));
      }),
  });
  await using overseer = await createOverseer({
    overseer: 'a',
    models: { a: { model, concurrency: places } },
    clock,
  });
  const run = overseer.run({ tasks });
  await playOut(clock);
  const { status, reason } = await run.result;
  if (status !== 'completed') throw new Error(`A graph was not worked to its end: ${reason}`);
  const [played] = (await overseer.progress({ run: run.id })).runs;
  if (played === undefined) throw new Error('A run that was worked is not in its journal.');
  return {
    tasks: played.tasks,
    makespanMs: played.elapsedMs ?? Number.NaN,
    leastMs: leastMs(played, places),
    busyShare: busyShare(...spansOf(played), places),
  };
}

async function playOut(clock: FakeClock): Promise<void> {
  await settle();
  for (let next = clock.untilNextMs; next !== undefined; next = clock.untilNextMs) {
    clock.advance(next);
    await settle();
  }
}

/** Lets everything happen that happens without time. */
async function settle(): Promise<void> {
  for (let n = 0; n < 12; n++) await new Promise((resolve) => setImmediate(resolve));
}

function leastMs({ work, map }: RunProgress, places: number): number {
  const needs = Map.groupBy(map.edges, ({ to }) => to);
  const timed = work.map(({ task, workedMs }) => ({
    key: task,
    needs: (needs.get(task) ?? []).map(({ from }) => from),
    lastsMs: workedMs,
  }));
  return leastTime(timed, places);
}

/** When tasks were worked on, and when they were ready and waited. */
function spansOf({ work }: RunProgress): [busy: readonly Span[], waiting: readonly Span[]] {
  return [
    work.map(({ startedAt = 0, endedAt = 0 }) => ({ from: startedAt, until: endedAt })),
    work.map(({ startedAt = 0, waitedMs }) => ({ from: startedAt - waitedMs, until: startedAt })),
  ];
}
