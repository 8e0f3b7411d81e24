import { setTimeout as sleep } from 'node:timers/promises';
import { checkJournals, type JournalTally } from '../cluster/check-journals.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import type { NodeProcess } from '../cluster/start-node.ts';
import type { FaultReport, FaultSetting, FaultWork } from '../harness/fault-work.ts';

const NODES = 3;
const WORK = { projects: 6, runs: 6, tasks: 40 };

/** How long an answer takes, in ms: so that calls are under way whenever a node dies. */
const ANSWER_MS = 1_500;

/** The least and the most between two blows, in ms. */
const PAUSE_MS: readonly [number, number] = [700, 2_200];

/** Longer than a lease: who wakes up is no leader any more. */
const FREEZE_MS = 8_000;

/** How long the nodes may take in peace to end what is left, in ms. */
const REST_MS = 120_000;

/**
 * Three nodes share a database while one after another is killed or frozen, and others join. In the end all of it must be
 * done, once.
 */
export const work: FaultWork = {
  summary:
    'kill -9 and SIGSTOP of nodes that share PostgreSQL, for as many seconds as there are trials',
  trials: 60,
  run: strike,
};

interface Blows {
  kills: number;
  freezes: number;
}

async function strike({ random, trials, progress }: FaultSetting): Promise<FaultReport> {
  await using cluster = await startCluster('chaos', WORK, ANSWER_MS);
  await Promise.all(Array.from({ length: NODES }, () => cluster.join()));
  const blows: Blows = { kills: 0, freezes: 0 };
  const thawing: Promise<void>[] = [];
  const end = performance.now() + trials * 1_000;
  while (performance.now() < end) {
    await sleep(PAUSE_MS[0] + random() * (PAUSE_MS[1] - PAUSE_MS[0]));
    const awake = cluster.nodes.filter((node) => node.isAlive && !frozen.has(node));
    const victim = awake[Math.floor(random() * awake.length)];
    if (victim === undefined) continue;
    if (random() < 0.5) {
      victim.kill();
      blows.kills++;
      await cluster.join();
    } else {
      blows.freezes++;
      thawing.push(freeze(victim));
    }
    progress(`chaos: ${blows.kills} kills, ${blows.freezes} freezes`);
  }
  await Promise.all(thawing);
  const tally = await comeToRest(cluster, progress);
  return report(cluster, tally, blows, trials);
}

const frozen = new WeakSet<NodeProcess>();

async function freeze(node: NodeProcess): Promise<void> {
  frozen.add(node);
  node.freeze();
  await sleep(FREEZE_MS);
  node.thaw();
  frozen.delete(node);
}

async function comeToRest(
  cluster: Cluster,
  progress: (line: string) => void,
): Promise<JournalTally> {
  const end = performance.now() + REST_MS;
  for (;;) {
    const tally = await checkJournals(cluster.store);
    if (tally.unfinishedRuns === 0 || performance.now() > end) return tally;
    progress(`chaos: ${tally.unfinishedRuns} runs are left`);
    await sleep(2_000);
  }
}

function report(
  cluster: Cluster,
  tally: JournalTally,
  { kills, freezes }: Blows,
  trials: number,
): FaultReport {
  const runs = WORK.projects * WORK.runs;
  const tasks = runs * WORK.tasks;
  const marks = cluster.marks();
  const {
    completed = 0,
    inputTokens = 0,
    outputTokens = 0,
  } = cluster.service.counts()['worker'] ?? {};
  const realMicroUsd = inputTokens + 2 * outputTokens;
  const violations = [...tally.violations];
  const due = (what: string, is: number, should: number): void => {
    if (is !== should) violations.push(`${what}: ${is}, where ${should} were due.`);
  };
  due('Runs that are finished', tally.finishedRuns, runs);
  due('Tasks that are done', tally.doneTasks, tasks);
  due('Marks of the tool', marks, tally.markTasks);
  if (tally.chargedMicroUsd < realMicroUsd) {
    violations.push(
      `Charged ${tally.chargedMicroUsd} micro-dollars, and ${realMicroUsd} were spent.`,
    );
  }
  if (tally.calls < completed) {
    violations.push(`${tally.calls} calls are on record, and ${completed} were answered.`);
  }
  return {
    trials,
    violations,
    samples: {},
    counts: {
      kills,
      freezes,
      takeovers: tally.takeovers,
      events: tally.events,
      runs: tally.finishedRuns,
      tasks: tally.doneTasks,
      marks,
      calls: tally.calls,
      answered: completed,
      lateReplies: tally.lateReplies,
      lostTasks: tasks - tally.doneTasks,
    },
  };
}
