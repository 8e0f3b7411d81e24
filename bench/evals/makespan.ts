import { join } from 'node:path';
import type { TaskInput } from '@overseer/core/spec';
import { planSpecKit, readSpecKit } from '@overseer/frameworks/spec-kit';
import type { EvalReport, EvalSetting, EvalWork } from '../harness/eval-work.ts';
import { type PlayedGraph, playGraph } from '../makespan/play-graph.ts';
import { type TaskFile, taskFiles } from '../spec-kit/task-files.ts';

/** Above the least time possible, at most so much. */
const MOST = 1.1;
/** While tasks wait, at least so much of the places works. */
const LEAST_BUSY = 0.8;
const NOTED = 10;

/** How long the graphs of real task files take, beside the least time possible, in a time that goes on by itself. */
export const work: EvalWork = {
  summary:
    'how long the graphs of real task files take on 2 to 6 places, beside the least possible',
  evaluate: evaluateMakespan,
};

interface Played extends PlayedGraph {
  readonly path: string;
  readonly places: number;
}

async function evaluateMakespan({ data, progress }: EvalSetting): Promise<EvalReport> {
  const notes: string[] = [];
  const played: Played[] = [];
  for (const [index, file] of taskFiles(data ?? defaultCorpus()).entries()) {
    const tasks = graphOf(file, notes);
    if (tasks === undefined || tasks.length === 0) continue;
    if (played.length % 25 === 0) progress(`makespan: ${played.length} graphs`);
    const places = 2 + (index % 5);
    played.push({ ...(await playGraph(tasks, places, index + 1)), path: file.path, places });
  }
  const ratios = played.map(ratioOf).sort((a, b) => a - b);
  const total = (of: (one: Played) => number): number =>
    played.reduce((sum, one) => sum + of(one), 0);
  const n = played.length;
  const worst = played.filter((one) => ratioOf(one) > MOST).sort((a, b) => ratioOf(b) - ratioOf(a));
  return {
    figures: [
      {
        metric: 'makespanRatio',
        unit: 'ratio, over all',
        value: total(({ makespanMs }) => makespanMs) / total(({ leastMs }) => leastMs),
        atMost: MOST,
        n,
      },
      {
        metric: 'makespanRatioMedian',
        unit: 'ratio',
        value: ratios[n >> 1] ?? Number.NaN,
        atMost: MOST,
        n,
      },
      {
        metric: 'makespanRatioWorst',
        unit: 'ratio',
        value: ratios.at(-1) ?? Number.NaN,
        atMost: MOST,
        n,
      },
      { metric: 'within', unit: 'share of graphs', value: 1 - worst.length / n, n },
      {
        metric: 'busyShare',
        unit: 'share, the least',
        value: Math.min(...played.map((one) => one.busyShare)),
        atLeast: LEAST_BUSY,
        n,
      },
      { metric: 'tasks', unit: 'tasks', value: total(({ tasks }) => tasks), n },
    ],
    notes: [
      ...notes,
      ...worst
        .slice(0, NOTED)
        .map(
          (one) =>
            `${one.path}: ${ratioOf(one).toFixed(3)} on ${one.places} places, ${one.tasks} tasks`,
        ),
    ],
  };
}

function ratioOf({ makespanMs, leastMs }: PlayedGraph): number {
  return makespanMs / leastMs;
}

/** All tasks of a file, as if none were done; `undefined` for a file that gives no graph, which is noted. */
function graphOf({ path, text }: TaskFile, notes: string[]): readonly TaskInput[] | undefined {
  try {
    const open = text.replace(/^(\s*[-*] \[)[xX](?=\])/gm, '$1 ');
    const tasks = planSpecKit(readSpecKit(open, path), { verify: false });
    // Nothing is written, and no check is made: only time counts.
    return tasks.map(({ checks: _checks, origin: _origin, ...task }) => task);
  } catch (error) {
    notes.push(`${path}: no graph: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function defaultCorpus(): string {
  const folder = process.env['OVERSEER_DATA'];
  if (folder !== undefined) return join(folder, 'specs');
  throw new Error(
    'There is no data: name its folder with --data, or set OVERSEER_DATA to a folder that has specs/.',
  );
}
