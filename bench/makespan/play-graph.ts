import { createOverseer, type RunProgress } from '@overseer/core';
import type { TaskInput } from '@overseer/core/spec';
import { createFakeClock, type FakeClock, fakeModel } from '@overseer/core/testing';
import { seeded } from '../harness/random.ts';

/** A graph of tasks, worked by a whole overseer on so many equal places, in a time that goes on by itself. */
export interface PlayedGraph {
  readonly tasks: number;
  /** How long it took, in ms. */
  readonly makespanMs: number;
  /** Nothing is faster than all work shared out evenly, nor than the longest chain. */
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
    busyShare: busyShare(played, places),
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
  const lasts = new Map(work.map(({ task, workedMs }) => [task, workedMs]));
  const needs = Map.groupBy(map.edges, ({ to }) => to);
  const ends = new Map<string, number>();
  const endOf = (task: string): number => {
    const known = ends.get(task);
    if (known !== undefined) return known;
    const before = (needs.get(task) ?? []).map(({ from }) => endOf(from));
    const end = (lasts.get(task) ?? 0) + Math.max(0, ...before);
    ends.set(task, end);
    return end;
  };
  const longest = Math.max(...work.map(({ task }) => endOf(task)));
  const total = work.reduce((sum, { workedMs }) => sum + workedMs, 0);
  return Math.max(total / places, longest);
}

function busyShare({ work }: RunProgress, places: number): number {
  const moments = [
    ...new Set(
      work.flatMap(({ startedAt = 0, endedAt = 0, waitedMs }) => [
        startedAt,
        endedAt,
        startedAt - waitedMs,
      ]),
    ),
  ].sort((a, b) => a - b);
  let busyMs = 0;
  let waitingMs = 0;
  for (const [at, from] of moments.entries()) {
    const until = moments[at + 1];
    if (until === undefined) break;
    const waits = work.some(
      ({ startedAt = 0, waitedMs }) => startedAt > from && startedAt - waitedMs <= from,
    );
    if (!waits) continue;
    const busy = work.filter(
      ({ startedAt = 0, endedAt = 0 }) => startedAt <= from && endedAt > from,
    );
    busyMs += busy.length * (until - from);
    waitingMs += places * (until - from);
  }
  return waitingMs === 0 ? 1 : busyMs / waitingMs;
}
