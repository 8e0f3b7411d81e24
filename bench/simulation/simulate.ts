import type { Run } from '@overseer/core';
import { Audit } from './audit.ts';
import { checkLeft } from './check-left.ts';
import { Crew } from './crew.ts';
import { createDisk, type Disk, LEASE_MS } from './disk.ts';
import { drawScenario } from './draw-scenario.ts';
import { FoldCheck } from './fold-check.ts';
import { closeLife, hold, type Life, openLife, startRun } from './host.ts';
import { Meddler, setClockAside } from './meddler.ts';
import { createQueue, type OpenQueue } from './queue.ts';
import { type Part, type PlannedRun, WHOLE } from './scenario.ts';
import { World } from './world.ts';
import { Zombies } from './zombies.ts';

/** What came of one seed. */
export interface Simulated {
  readonly seed: number;
  readonly part: Part;
  /** One sentence for each promise that was broken. */
  readonly violations: readonly string[];
  /** What happened, a line each, with simulated time. */
  readonly trace: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly events: number;
  readonly simulatedMs: number;
}

/** What `counts` calls a process that goes on with runs that another left: killed, closed, or refused by its disk. */
export const RECOVERIES = 'recoveries';

/** Turns of simulated time after which a run that has not ended never will. */
const MOST_TURNS = 60_000;
/** The same where leases are renewed, and mail and calls looked for, again and again. */
const MOST_SHARED_TURNS = 300_000;
/** Events a task may cost, and a run beside them. */
const MOST_EVENTS = 600;
/** No scenario asks for a wait as long as this, all its waits together. */
const LONGEST_MS = 40 * 3_600_000;

/** Plays one scenario to its end in simulated time and says what it broke. The same seed and part play the same. */
export async function simulate(seed: number, part: Part = WHOLE): Promise<Simulated> {
  await loadOnDemand();
  const play = new Play(seed, part);
  await play.toTheEnd();
  const { world } = play;
  return {
    seed,
    part,
    violations: world.violations,
    trace: world.trace,
    counts: world.counts,
    events: world.written.length,
    simulatedMs: world.elapsedMs(),
  };
}

/** Loads what the kernel loads when it needs it: loading takes real time, of which a simulation knows nothing. */
async function loadOnDemand(): Promise<void> {
  await import('../../packages/core/src/create-overseer.ts');
  await import('../../packages/core/src/create-worker.ts');
  await import('../../packages/core/src/options-schema.ts');
  await import('../../packages/core/src/plan/graph-zod.ts');
  await import('../../packages/core/src/plan/plan-zod.ts');
}

class Play {
  readonly world: World;
  readonly #disk: Disk;
  readonly #queue: OpenQueue;
  readonly #zombies: Zombies;
  readonly #crew: Crew | undefined;
  readonly #audit: Audit;
  #fold: FoldCheck | undefined;
  #read = 0;
  #life: Life | undefined;
  #opening = false;
  #isTakeover = false;
  readonly #pending: PlannedRun[];
  readonly #meddler: Meddler;

  constructor(seed: number, part: Part) {
    this.world = new World(drawScenario(seed, part));
    this.#disk = createDisk(this.world);
    this.#queue = createQueue(this.world, this.#disk.store);
    this.#zombies = new Zombies(this.world);
    const { crew } = this.world.scenario;
    this.#crew = crew && new Crew(this.world, this.#queue, crew);
    this.world.thaw = (process) =>
      process === this.world.process ? process.thaw() : this.#zombies.wake(process);
    this.#audit = new Audit(this.world);
    this.#pending = [...this.world.scenario.runs];
    this.#meddler = new Meddler(this.world, this.#audit, {
      life: () => this.#life,
      look: () => this.#look(),
    });
  }

  async toTheEnd(): Promise<void> {
    for (const { startAtMs } of this.#pending) this.world.at(startAtMs, () => undefined);
    setClockAside(this.world);
    this.#meddler.schedule();
    this.#meddler.scheduleOrders();
    this.#open();
    const most = this.world.scenario.isShared ? MOST_SHARED_TURNS : MOST_TURNS;
    for (let turn = 0; turn < most; turn++) {
      await idle();
      this.#look();
      if (this.#isOver() || this.world.violations.length > 3) break;
      if (!this.#change() && !this.#goOn()) break;
    }
    const { violations } = this.world;
    if (violations.length === 0 && !this.#isOver()) this.world.broken('K3: a run does not end');
    if (violations.length === 0) await this.#leave();
    await this.#fold?.over();
  }

  /** Goes on to the next moment; `false` when that is of no use. */
  #goOn(): boolean {
    if (!this.world.advance()) {
      this.world.broken('K3: nothing will ever happen, and a run has not ended');
      return false;
    }
    return this.world.elapsedMs() <= LONGEST_MS;
  }

  /** Reads what became durable, and compares. */
  #look(): void {
    const { world } = this;
    for (; this.#read < world.written.length; this.#read++) {
      const event = world.written[this.#read];
      if (event === undefined) return;
      this.#audit.take(event);
      this.#fold?.take(event);
    }
    for (const [id, run] of this.#audit.runs) {
      if (run.events > MOST_EVENTS * (run.tasks.size + 1))
        world.broken(`K3: run ${id} writes without end`);
    }
    this.#zombies.look();
    const life = this.#life;
    if (life === undefined || !life.process.running || life.closed) return;
    if (life.team.open.journal.failure !== undefined) return;
    this.#fold?.compare(life.team);
    if (life.closing === undefined) this.#meddler.hearQuestions(life);
  }

  /** Whether something changed that needs no time: a death, a closing, a run that is due. */
  #change(): boolean {
    const { world } = this;
    const isFrozen = world.process.frozen && this.#isLongFrozen;
    if (this.#opening) {
      if (world.process.alive && !isFrozen) return false;
      this.#opening = false;
    }
    if (isFrozen) {
      this.#takeOver();
      return true;
    }
    const life = this.#life;
    const isGone = life === undefined || !world.process.alive || life.closed;
    if (isGone) {
      if (life?.closed === true && life.process.alive) checkLeft(this.world, life);
      world.restart();
      this.#life = undefined;
      this.#open();
      return true;
    }
    if (life.process.frozen) return false;
    if (life.closing === undefined && life.team.open.journal.failure !== undefined) {
      closeLife(world, life);
      return true;
    }
    return this.#startDue(life);
  }

  /** Another node goes on in place of one that stands still. */
  #takeOver(): void {
    const { world } = this;
    if (this.#life?.process === world.process) this.#zombies.add(this.#life);
    this.#life = undefined;
    world.restart();
    this.#isTakeover = true;
    this.#open();
  }

  get #isLongFrozen(): boolean {
    return this.world.process.frozenMs > LEASE_MS;
  }

  #startDue(life: Life): boolean {
    const next = this.#pending[0];
    if (next === undefined || life.closing !== undefined || next.startAtMs > this.world.elapsedMs())
      return false;
    this.#pending.shift();
    this.world.note(`-- the host starts ${next.name}`);
    this.#meddler.guarded(() => startRun(life, next));
    if (this.world.random('host')() < 0.3)
      void this.#meddler.readAlong([...life.handles.values()].at(-1) as Run);
    return true;
  }

  #open(): void {
    this.#opening = true;
    const { process } = this.world;
    this.world.note('-- a process starts');
    openLife(this.world, process, this.#disk.open, this.#queue).then(
      (life) => {
        if (!process.alive) return;
        // It was frozen, and another took over before it knew.
        if (process !== this.world.process) {
          this.#zombies.add(life);
          return;
        }
        if (this.#isTakeover) this.world.count('takeovers');
        this.#isTakeover = false;
        this.#opening = false;
        this.#life = life;
        if (life.overseer.unfinished().length > 0) this.world.count(RECOVERIES);
        this.#takeUp(life);
      },
      (error: unknown) => {
        if (process !== this.world.process) {
          process.end();
          return;
        }
        this.#opening = false;
        if (process.alive) process.end();
        this.world.note(`   which cannot: ${String(error)}`);
        if (!/full|answer was lost/.test(String(error)))
          this.world.broken(`R2: an overseer cannot be opened: ${String(error)}`);
      },
    );
  }

  /** Goes on with what other processes left; now and then not at once, or not at all. */
  #takeUp(life: Life): void {
    const { world } = this;
    if (this.#fold === undefined) {
      this.#fold = new FoldCheck(world, life.team.settings);
      for (const event of world.written.slice(0, this.#read)) this.#fold.take(event);
    }
    const random = world.random('take up');
    // In a storm no run would see its end.
    const mayCancel = world.scenario.has('host') && !world.scenario.has('storms');
    for (const { id } of life.overseer.unfinished()) {
      const run = hold(life, life.overseer.open(id));
      const chance = random();
      if (chance < 0.7) this.#meddler.resume(run);
      else if (chance < 0.8 && mayCancel) this.#meddler.cancel(run, life);
      else world.at(world.elapsedMs() + random() * 30_000, () => this.#meddler.resume(run));
    }
  }

  #isOver(): boolean {
    const life = this.#life;
    if (life === undefined || this.#opening || !life.process.alive) return false;
    if (life.closing !== undefined || life.team.open.journal.failure !== undefined) return false;
    const runs = [...this.#audit.runs.values()];
    const isDone = this.#pending.length === 0 && life.awaited.size === 0;
    return isDone && runs.every(({ status }) => status === 'finished');
  }

  /** Closes the last overseer and looks for what it left behind. */
  async #leave(): Promise<void> {
    const life = this.#life;
    if (life === undefined) return;
    closeLife(this.world, life);
    await this.#pass(1_000, () => life.closed || !life.process.alive);
    await idle();
    if (life.process.alive) {
      if (!life.closed) this.world.broken('K6: close does not end');
      checkLeft(this.world, life);
    }
    await this.#pass(MOST_TURNS, () => this.#zombies.size === 0);
    if (this.#zombies.size > 0) this.world.broken('R6: whoever was taken over does not end');
    let isOver = this.#crew === undefined;
    void this.#crew?.close().then(() => {
      isOver = true;
    });
    await this.#pass(1_000, () => isOver);
    if (!isOver) this.world.broken('R12: a worker does not close');
    this.#look();
    const open = this.#fold?.open() ?? 0;
    if (open > 0) this.world.broken(`L1: ${open} calls are held and no run is left`);
  }

  /** Lets time go by until something is so, for at most so many turns. */
  async #pass(turns: number, isSo: () => boolean): Promise<void> {
    for (let turn = 0; turn < turns && !isSo(); turn++) {
      await idle();
      this.#look();
      if (!isSo()) this.world.advance();
    }
  }
}

/** Lets everything happen that needs no time. */
async function idle(): Promise<void> {
  for (let round = 0; round < 2; round++) await new Promise((resolve) => setImmediate(resolve));
}
