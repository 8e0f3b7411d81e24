import { setTimeout as sleep } from 'node:timers/promises';
import { checkJournals } from '../cluster/check-journals.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import type { NodeProcess } from '../cluster/start-node.ts';
import type { FaultReport, FaultSetting, FaultWork } from '../harness/fault-work.ts';

/** So long that a blow mostly falls into a call. */
const ANSWER_MS = 1_500;

const PROJECTS = 4;
const SLOTS = 4;
const WORKERS = 3;

/** Tasks of a project for each trial, of which a model does every other one: about as much as gets done meanwhile. */
const TASKS_PER_TRIAL = 16;

/** A call that nobody else has by then is lost, in ms. */
const GIVE_UP_MS = 30_000;

/** The bar, in ms. */
const LONGEST_MS = 12_000;

/** How long the work that is left may take in the end, in ms. */
const END_MS = 180_000;

/**
 * Two nodes share a database and have their calls made by three workers. One that makes a call is killed, or frozen, again and again;
 * measured is how soon another one has that call. In the end all work has to be done, once.
 */
export const work: FaultWork = {
  summary: 'how soon another worker has the call of one that is killed or frozen',
  trials: 20,
  run: loseWorkers,
};

interface Takeover {
  readonly how: 'kill' | 'freeze';
  readonly ms: number;
}

/** The same as a part of another work. */
export async function loseWorkers({
  random,
  trials,
  progress,
}: FaultSetting): Promise<FaultReport> {
  const work = { projects: PROJECTS, runs: 1, tasks: trials * TASKS_PER_TRIAL };
  await using cluster = await startCluster('worker_loss', work, ANSWER_MS, { workers: true });
  const crew = new Crew(cluster);
  await Promise.all([cluster.join(), cluster.join()]);
  for (let worker = 0; worker < WORKERS; worker++) await crew.employ();
  const takeovers: Takeover[] = [];
  for (let trial = 0; trial < trials; trial++) {
    // Blows at any moment of a call, and of a claim's life.
    await sleep(500 + random() * 3_500);
    const taken = await takeOver(crew, trial % 2 === 0 ? 'kill' : 'freeze', random);
    takeovers.push(...taken);
    const longest = Math.round(Math.max(...taken.map(({ ms }) => ms)));
    progress(`worker-loss: ${trial + 1} of ${trials}, ${longest} ms`);
  }
  return await report(cluster, crew, takeovers, { trials, tasks: work.tasks * PROJECTS });
}

/** The workers, and who makes which call. */
class Crew {
  readonly #cluster: Cluster;
  readonly #workers = new Map<NodeProcess, Set<string>>();
  readonly #frozen = new Map<NodeProcess, Set<string>>();
  readonly #waits = new Map<string, (at: number) => void>();
  /** Calls that somebody claimed, and what those who had lost them said. */
  claims = 0;
  refused = 0;
  readonly troubles: string[] = [];

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async employ(): Promise<void> {
    const worker = await this.#cluster.employ(SLOTS);
    const held = new Set<string>();
    this.#workers.set(worker, held);
    worker.child.on('message', (message: Readonly<Record<string, string>>) => {
      const { claimed, settled, lost, trouble } = message;
      if (claimed !== undefined) {
        this.claims += 1;
        held.add(claimed);
        this.#waits.get(claimed)?.(performance.now());
        this.#waits.delete(claimed);
      }
      if (trouble !== undefined) this.troubles.push(trouble);
      if (lost !== undefined) this.refused += 1;
      held.delete(settled ?? lost ?? '');
    });
  }

  /** One that makes a call now, once there is one. */
  async victim(random: () => number): Promise<NodeProcess> {
    for (let tries = 0; tries < 500; tries++) {
      const busy = [...this.#workers].filter(([, held]) => held.size > 0);
      const [worker] = busy[Math.floor(random() * busy.length)] ?? [];
      if (worker !== undefined) return worker;
      await sleep(20);
    }
    throw new Error('No worker makes a call.');
  }

  /** Takes a worker out, and gives when others have each of its calls. */
  strike(worker: NodeProcess, how: Takeover['how']): readonly Promise<number>[] {
    if (how === 'kill') worker.kill();
    else worker.freeze();
    const held = this.#workers.get(worker) ?? new Set();
    const calls = [...held];
    this.#workers.delete(worker);
    this.#frozen.set(worker, held);
    return calls.map((call) => {
      const { promise, resolve } = Promise.withResolvers<number>();
      this.#waits.set(call, resolve);
      return Promise.race([promise, sleep(GIVE_UP_MS, Number.POSITIVE_INFINITY, { ref: false })]);
    });
  }

  takeBack(worker: NodeProcess): void {
    worker.thaw();
    const held = this.#frozen.get(worker);
    // They are others' now, whatever it still says of them.
    held?.clear();
    if (held !== undefined) this.#workers.set(worker, held);
  }
}

async function takeOver(
  crew: Crew,
  how: Takeover['how'],
  random: () => number,
): Promise<readonly Takeover[]> {
  const victim = await crew.victim(random);
  const struckAt = performance.now();
  const found = await Promise.all(crew.strike(victim, how));
  if (how === 'kill') await crew.employ();
  else crew.takeBack(victim);
  return found.map((at) => ({ how, ms: at - struckAt }));
}

async function report(
  cluster: Cluster,
  crew: Crew,
  takeovers: readonly Takeover[],
  { trials, tasks }: { readonly trials: number; readonly tasks: number },
): Promise<FaultReport> {
  const tally = await finished(cluster);
  const violations = [...tally.violations];
  const times = takeovers.map(({ ms }) => ms);
  const longest = Math.max(...times);
  if (longest > LONGEST_MS) {
    violations.push(`A takeover took ${Math.round(longest)} ms, where ${LONGEST_MS} are allowed.`);
  }
  const lost = tasks - tally.doneTasks;
  if (lost !== 0) violations.push(`${lost} of ${tasks} tasks are not done.`);
  const frozen = takeovers.filter(({ how }) => how === 'freeze').length;
  if (crew.refused < frozen) {
    violations.push(`Of ${frozen} calls that were taken over, ${crew.refused} were refused.`);
  }
  return {
    trials,
    violations,
    samples: {
      'takeoverMs:worker': { unit: 'ms', values: times },
    },
    counts: {
      tasks: tally.doneTasks,
      lost,
      calls: tally.calls,
      requests: cluster.service.counts()['worker']?.requests ?? 0,
      claims: crew.claims,
      refused: crew.refused,
      troubles: crew.troubles.length,
    },
  };
}

/** What the journals tell once all is done, or nothing more is to be hoped for. */
async function finished(cluster: Cluster): ReturnType<typeof checkJournals> {
  const end = performance.now() + END_MS;
  for (;;) {
    const tally = await checkJournals(cluster.store);
    const isOver = tally.unfinishedRuns === 0 && tally.finishedRuns >= PROJECTS;
    if (isOver || performance.now() > end) return tally;
    await sleep(1_000);
  }
}
