import { setImmediate as turn } from 'node:timers/promises';
import { createNode, memory, type OverseerNode, type ProjectTeam } from '@overseer/core';
import { StoreError } from '@overseer/core/plugin';
import type { OpenStore, StateStore } from '@overseer/core/spec';
import { createFakeClock, type FakeClock, fakeModel } from '@overseer/core/testing';
import type { Random } from '../harness/random.ts';

/** What happens, and how often. */
export interface HalfYear {
  readonly days: number;
  readonly nodes: number;
  readonly projects: number;
  /** Days between two failovers of the database. */
  readonly failoverEvery: number;
}

/** How it went. */
export interface PlayedHalfYear {
  /** Of all that projects were to be worked on, the share in which a living node did, 0 to 1. */
  readonly up: number;
  /** The longest that one project stood still, in ms. */
  readonly longestMs: number;
  readonly crashes: number;
  readonly deploys: number;
  readonly failovers: number;
  readonly tasks: number;
  /** Tasks that were begun and not done in the end. */
  readonly lost: number;
}

const DAY_MS = 86_400_000;
const LEASE_MS = 6_000;

/** How far the clocks go at once, in ms: the poll of a node. */
const STEP_MS = 250;

/** How long an answer of a model takes, in ms. */
const ANSWER_MS = 1_000;

/** How long the database is away while another takes its place, in ms. */
const FAILOVER_MS = 10_000;

/** How long is looked on after something happened, in ms. */
const LOOK_MS = 60_000;

interface Machine {
  readonly name: string;
  readonly clock: FakeClock;
  readonly node: OverseerNode;
  isAlive: boolean;
}

/**
 * Plays half a year of nodes that share a store, by clocks held in the hand: each day a node is killed and all are replaced by
 * new ones, one after the other, and each month the database is away for a while; in between nothing happens, which is
 * not played.
 */
export async function playHalfYear(plan: HalfYear, random: Random): Promise<PlayedHalfYear> {
  const place = new Place(plan);
  for (let index = 0; index < plan.nodes; index++) await place.join();
  await place.settle();
  for (let day = 1; day <= plan.days; day++) {
    await place.crash(random);
    await place.deploy();
    if (day % plan.failoverEvery === 0) await place.failover();
  }
  const played = await place.end();
  const allMs = plan.days * DAY_MS * plan.projects;
  return { ...played, up: 1 - place.downMs / allMs };
}

class Place {
  readonly #plan: HalfYear;
  readonly #clock = createFakeClock();
  readonly #memory = memory({ leaseMs: LEASE_MS, clock: this.#clock });
  readonly #machines: Machine[] = [];
  readonly #still = new Map<string, number>();
  #joined = 0;
  #isAway = false;
  #tasks = 0;
  #done = 0;
  #longestMs = 0;
  #crashes = 0;
  #deploys = 0;
  #failovers = 0;
  downMs = 0;

  constructor(plan: HalfYear) {
    this.#plan = plan;
  }

  get #projects(): readonly string[] {
    return Array.from({ length: this.#plan.projects }, (_, index) => `p${index + 1}`);
  }

  async join(): Promise<void> {
    this.#joined += 1;
    const name = `node-${this.#joined}`;
    const clock = createFakeClock(this.#clock.now());
    const joining = createNode({ store: this.#store, name, clock, team: () => teamOf(clock) });
    const node = await this.#until(joining);
    this.#machines.push({ name, clock, node, isAlive: true });
  }

  /** Every project has a leader. */
  async settle(): Promise<void> {
    const [first] = this.#machines;
    for (const project of this.#projects) await this.#until(first?.node.lead(project));
    await this.#pass(LOOK_MS, false);
  }

  async crash(random: Random): Promise<void> {
    this.#crashes += 1;
    this.#beginWork();
    await this.#pass(STEP_MS * Math.ceil(random() * 8), true);
    const alive = this.#machines.filter(({ isAlive }) => isAlive);
    const victim = alive[Math.floor(random() * alive.length)];
    if (victim !== undefined) victim.isAlive = false;
    await this.#pass(LOOK_MS / 2, true);
    await this.join();
    await this.#pass(LOOK_MS / 2, true);
  }

  async deploy(): Promise<void> {
    this.#deploys += 1;
    this.#beginWork();
    for (const machine of this.#machines.filter(({ isAlive }) => isAlive)) {
      await this.join();
      await this.#pass(LOOK_MS / 6, true);
      await this.#until(machine.node.close());
      machine.isAlive = false;
    }
    await this.#pass(LOOK_MS / 2, true);
    // The dead need no room any more.
    this.#machines.splice(0, this.#machines.length, ...this.#machines.filter((one) => one.isAlive));
  }

  async failover(): Promise<void> {
    this.#failovers += 1;
    this.#beginWork();
    await this.#pass(1_000, true);
    this.#isAway = true;
    await this.#pass(FAILOVER_MS, true);
    this.#isAway = false;
    await this.#pass(LOOK_MS, true);
  }

  async end(): Promise<Omit<PlayedHalfYear, 'up'>> {
    await this.#pass(LOOK_MS, true);
    for (const { node } of this.#machines) await this.#until(node.close());
    await this.#countDone();
    return {
      longestMs: this.#longestMs,
      crashes: this.#crashes,
      deploys: this.#deploys,
      failovers: this.#failovers,
      tasks: this.#tasks,
      lost: this.#tasks - this.#done,
    };
  }

  /** A run of three tasks for each project, wherever that is worked on. */
  #beginWork(): void {
    for (const { node, isAlive } of this.#machines) {
      if (!isAlive) continue;
      for (const overseer of node.overseers.values()) {
        const tasks = ['a', 'b', 'c'].map((key) => ({ key, instruction: 'do it' }));
        overseer.run({ tasks });
        this.#tasks += tasks.length;
      }
    }
  }

  async #countDone(): Promise<void> {
    const store = await this.#memory();
    for (const project of this.#projects) {
      const stream = `project/${project}`;
      for (let after = 0; ; ) {
        const page = await store.events.read({ stream, after, limit: 10_000 });
        if (page.length === 0) break;
        this.#done += page.filter(({ type }) => type === 'task.done').length;
        after = page.at(-1)?.seq ?? after;
      }
    }
    await store.close();
  }

  /** Time goes by for the store and for all that live. */
  async #pass(ms: number, counts: boolean): Promise<void> {
    for (let left = ms; left > 0; left -= STEP_MS) {
      await this.#step();
      if (counts) this.#count();
    }
  }

  async #step(): Promise<void> {
    this.#clock.advance(STEP_MS);
    for (const { clock, isAlive } of this.#machines) if (isAlive) clock.advance(STEP_MS);
    // What one turn sets going is done in the next ones.
    for (let turns = 0; turns < 4; turns++) await turn();
  }

  #count(): void {
    const led = new Set(
      this.#machines.flatMap(({ node, isAlive }) => (isAlive ? [...node.overseers.keys()] : [])),
    );
    for (const project of this.#projects) {
      const isUp = led.has(project) && !this.#isAway;
      const still = isUp ? 0 : (this.#still.get(project) ?? 0) + STEP_MS;
      this.#still.set(project, still);
      if (still > 0) this.downMs += STEP_MS;
      this.#longestMs = Math.max(this.#longestMs, still);
    }
  }

  /** Lets time go by until something is over. */
  async #until<T>(work: Promise<T> | undefined): Promise<T> {
    if (work === undefined) throw new Error('There is no node.');
    let isOver = false;
    const watched = work.finally(() => {
      isOver = true;
    });
    watched.catch(() => undefined);
    for (let steps = 0; !isOver && steps < 1_000; steps++) {
      await turn();
      if (!isOver && steps > 20) await this.#step();
    }
    return await watched;
  }

  /** The store, which cannot be reached while the database is away. */
  readonly #store: OpenStore = async () => {
    const store = await this.#memory();
    return reachable(store, () => {
      if (this.#isAway) throw new StoreError('store.unreachable', 'The database is away.');
    });
  };
}

function teamOf(clock: FakeClock): ProjectTeam {
  const model = fakeModel({
    reply: () =>
      new Promise((resolve) => {
        clock.after(ANSWER_MS, () => resolve({ text: 'done' }));
      }),
  });
  return { overseer: 'a', models: { a: { model, concurrency: 50 } } };
}

/** The same store, each of whose methods asks first whether it can be reached. */
function reachable(store: StateStore, require: () => void): StateStore {
  const { events, blobs, snapshots, leases, mail } = store;
  return {
    ...store,
    events: guarded(events, require),
    blobs: guarded(blobs, require),
    snapshots: guarded(snapshots, require),
    leases: guarded(leases, require),
    ...(mail === undefined ? {} : { mail: guarded(mail, require) }),
  };
}

function guarded<T extends object>(part: T, require: () => void): T {
  return new Proxy(part, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: readonly unknown[]) => {
        require();
        return await Reflect.apply(method, target, args);
      };
    },
  });
}
