import { setTimeout as sleep } from 'node:timers/promises';
import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { checkJournals } from '../cluster/check-journals.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { projectNames } from '../cluster/seed-projects.ts';
import type { NodeProcess } from '../cluster/start-node.ts';
import type { FaultReport, FaultSetting, FaultWork } from '../harness/fault-work.ts';
import { loseWorkers } from './worker-loss.ts';

/** Runs without end, for as long as nodes die. */
const WORK = { projects: 4, runs: 1, tasks: 2_000 };

const ANSWER_MS = 100;

/** How often the journals are looked at, in ms. */
const LOOK_MS = 20;

/** A takeover that takes longer is no takeover any more, in ms. */
const GIVE_UP_MS = 30_000;

/** The bars, in ms: the longest of any trial, and the middle where the process died. */
const LONGEST_MS = 7_000;
const MIDDLE_KILLED_MS = 3_000;

/**
 * Two nodes share a database. The one that leads a project is killed, or frozen, again and again; measured is how long nobody
 * writes to that project. Then half as many of the workers that make calls: how soon another one has these.
 */
export const work: FaultWork = {
  summary: 'how soon another node goes on with what one that is killed or frozen had',
  trials: 40,
  run: async (setting) => {
    const nodes = await failOver(setting);
    const workers = await loseWorkers({ ...setting, trials: Math.ceil(setting.trials / 2) });
    return {
      trials: nodes.trials + workers.trials,
      violations: [...nodes.violations, ...workers.violations],
      samples: { ...nodes.samples, ...workers.samples },
      counts: {
        ...nodes.counts,
        tasksOfWorkers: workers.counts['tasks'] ?? 0,
        lost: workers.counts['lost'] ?? 0,
      },
    };
  },
};

interface Takeover {
  readonly how: 'kill' | 'freeze';
  readonly ms: number;
}

async function failOver({ random, trials, progress }: FaultSetting): Promise<FaultReport> {
  await using cluster = await startCluster('failover', WORK, ANSWER_MS);
  await Promise.all([cluster.join(), cluster.join()]);
  await allLed(cluster);
  const takeovers: Takeover[] = [];
  for (let trial = 0; trial < trials; trial++) {
    // Blows at any moment of a lease's life.
    await sleep(500 + random() * 2_000);
    const taken = await takeOver(cluster, trial % 2 === 0 ? 'kill' : 'freeze', random);
    takeovers.push(...taken);
    await allLed(cluster);
    progress(`failover: ${trial + 1} of ${trials}, ${Math.round(taken[0]?.ms ?? 0)} ms`);
  }
  return await report(cluster, takeovers, trials);
}

/** Strikes one of the nodes that lead something; gives how long each of its projects stood still. */
async function takeOver(
  cluster: Cluster,
  how: Takeover['how'],
  random: () => number,
): Promise<readonly Takeover[]> {
  const leaders = await leadersOf(cluster.store);
  const alive = cluster.nodes.filter(({ isAlive }) => isAlive);
  const leading = alive.filter(({ name }) => [...leaders.values()].includes(name));
  const victim = leading[Math.floor(random() * leading.length)];
  if (victim === undefined) throw new Error('No node leads anything.');
  const orphans = [...leaders]
    .filter(([, name]) => name === victim.name)
    .map(([project]) => project);
  const heads = new Map<string, number>();
  const struckAt = strike(victim, how);
  // What it wrote last may still be on its way to the disk.
  await sleep(50);
  for (const project of orphans) heads.set(project, await cluster.store.events.head(project));
  const found = await Promise.all(
    orphans.map((project) => firstEvent(cluster.store, project, heads.get(project) ?? 0)),
  );
  const taken = found.map((at) => ({ how, ms: at - struckAt }));
  if (how === 'kill') await cluster.join();
  else victim.thaw();
  return taken;
}

function strike(victim: NodeProcess, how: Takeover['how']): number {
  if (how === 'kill') victim.kill();
  else victim.freeze();
  return performance.now();
}

/** When another than its former leader first wrote to a stream. */
async function firstEvent(store: StateStore, stream: string, after: number): Promise<number> {
  const end = performance.now() + GIVE_UP_MS;
  while (performance.now() < end) {
    const events = await store.events.read({ stream, after, limit: 100 });
    if (events.some((event: OverseerEvent) => event.type === 'lease.taken'))
      return performance.now();
    await sleep(LOOK_MS);
  }
  return Number.POSITIVE_INFINITY;
}

/** Which node leads which stream. */
async function leadersOf(store: StateStore): Promise<ReadonlyMap<string, string>> {
  const standing = (await store.leases.standing?.()) ?? [];
  return new Map(
    standing
      .filter(({ name }) => name.startsWith('project/'))
      .map(({ name, holder }) => [name, holder.name]),
  );
}

/** Resolves when every project has a leader among the nodes that live, and each of these has its part. */
async function allLed({ store, nodes }: Cluster): Promise<void> {
  const end = performance.now() + GIVE_UP_MS;
  while (performance.now() < end) {
    const leaders = [...(await leadersOf(store)).values()];
    const alive = nodes.filter(({ isAlive }) => isAlive);
    const part = WORK.projects / alive.length;
    const isEven = alive.every(
      ({ name }) => leaders.filter((leader) => leader === name).length === part,
    );
    if (leaders.length === WORK.projects && isEven) return;
    await sleep(LOOK_MS);
  }
  throw new Error(`The nodes do not share ${projectNames(WORK).join(', ')} evenly.`);
}

async function report(
  cluster: Cluster,
  takeovers: readonly Takeover[],
  trials: number,
): Promise<FaultReport> {
  const times = (how: Takeover['how']): readonly number[] =>
    takeovers.filter((taken) => taken.how === how).map(({ ms }) => ms);
  const [killed, frozen] = [times('kill'), times('freeze')];
  const tally = await checkJournals(cluster.store);
  const violations = [...tally.violations];
  const longest = Math.max(...killed, ...frozen);
  if (longest > LONGEST_MS) {
    violations.push(`A takeover took ${Math.round(longest)} ms, where ${LONGEST_MS} are allowed.`);
  }
  const middle = killed.toSorted((a, b) => a - b)[Math.floor(killed.length / 2)] ?? 0;
  if (middle > MIDDLE_KILLED_MS) {
    violations.push(`The middle of all after a kill is ${Math.round(middle)} ms.`);
  }
  return {
    trials,
    violations,
    samples: {
      'takeoverMs:kill': { unit: 'ms', values: killed },
      'takeoverMs:freeze': { unit: 'ms', values: frozen },
    },
    counts: { takeovers: tally.takeovers, lateReplies: tally.lateReplies, tasks: tally.doneTasks },
  };
}
