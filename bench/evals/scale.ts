import { setTimeout as sleep } from 'node:timers/promises';
import { checkJournals } from '../cluster/check-journals.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import type { NodeProcess } from '../cluster/start-node.ts';
import type { EvalReport, EvalSetting, EvalWork } from '../harness/eval-work.ts';

/** How many times one worker's throughput four of them reach at least. */
const LEAST_RATIO = 3;

/** What is measured, and for how long. */
export interface Scale {
  /** Calls that a worker makes at once. */
  readonly slots: number;
  readonly answerMs: number;
  /** The workers of the larger crew. */
  readonly most: number;
  /** How often both crews are measured in turns, each for `measureMs`. */
  readonly rounds: number;
  readonly measureMs: number;
  /** Before it is measured, a crew has found its pace. */
  readonly settleMs: number;
  readonly nodes: number;
}

const SCALE: Scale = {
  slots: 4,
  answerMs: 200,
  most: 4,
  rounds: 3,
  measureMs: 6_000,
  settleMs: 1_500,
  nodes: 2,
};

/** How much more gets done by more machines, where all wait for models and each makes only so many calls at once. */
export const work: EvalWork = {
  summary: `${SCALE.most} workers beside one, in turns, in processes of their own over a PostgreSQL on disk; each makes ${SCALE.slots} calls of ${SCALE.answerMs} ms at once`,
  evaluate: ({ progress }: EvalSetting) => evaluateScale(SCALE, progress),
};

/** Measures crews in turns, and puts them beside the bar. */
export async function evaluateScale(
  scale: Scale,
  progress: EvalSetting['progress'],
): Promise<EvalReport> {
  const { rounds, most, nodes, answerMs } = scale;
  // More chains than there are slots, so that no slot waits for work.
  const work = { projects: 2 * nodes, runs: most * scale.slots, tasks: 2_000 };
  await using cluster = await startCluster('scale', work, answerMs, { workers: true });
  for (let node = 0; node < nodes; node++) await cluster.join();
  const [ones, many]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    ones.push(await throughputOf(cluster, 1, scale));
    many.push(await throughputOf(cluster, most, scale));
    progress(
      `scale: round ${round + 1}, ${ones.at(-1)?.toFixed(1)} and ${many.at(-1)?.toFixed(1)} calls a second`,
    );
  }
  const ratios = ones.map((one, round) => (many[round] ?? 0) / one);
  const tally = await checkJournals(cluster.store);
  return {
    figures: [
      {
        metric: 'ratio',
        unit: `times one, ${most} workers`,
        value: middle(ratios),
        atLeast: LEAST_RATIO,
        n: rounds,
      },
      { metric: 'one', unit: 'calls/s', value: middle(ones), n: rounds },
      { metric: 'many', unit: 'calls/s', value: middle(many), n: rounds },
      {
        metric: 'violations',
        unit: 'promises broken',
        value: tally.violations.length,
        atMost: 0,
        n: tally.events,
      },
    ],
    notes: tally.violations,
  };
}

/** Calls that so many workers end in a second, counted by the service itself. */
async function throughputOf(
  cluster: Cluster,
  workers: number,
  { slots, settleMs, measureMs }: Scale,
): Promise<number> {
  const crew: readonly NodeProcess[] = await Promise.all(
    Array.from({ length: workers }, () => cluster.employ(slots)),
  );
  await sleep(settleMs);
  const completed = (): number => cluster.service.counts()['worker']?.completed ?? 0;
  const [before, startedAt] = [completed(), performance.now()];
  await sleep(measureMs);
  const throughput = ((completed() - before) * 1_000) / (performance.now() - startedAt);
  await Promise.all(crew.map((worker) => worker.leave()));
  return throughput;
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
