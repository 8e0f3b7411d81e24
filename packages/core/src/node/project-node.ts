import { OverseerError } from '../errors/overseer-error.ts';
import { StoreError } from '../errors/store-error.ts';
import type { Clock } from '../internal/clock.ts';
import { sleep } from '../internal/sleep.ts';
import { StreamLease } from '../journal/stream-lease.ts';
import type { StandingLease, StateStore } from '../spec/store.ts';
import { shareOut } from './share-out.ts';

/** What a node has of a project once it works on it. */
export interface Led {
  /** Resolves when it works no more. */
  readonly ended: Promise<unknown>;
  /** Gives the project up; resolves once another node may have it. */
  handOver(order: { readonly because: string }): Promise<void>;
  /** Resolves when no call is under way any more. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

/** What happened at a node. */
export type NodeChange =
  /** This node works on the project from here on. */
  | { readonly kind: 'taken'; readonly project: string }
  /** It has let go of it: another node is to have it, or this one closes. */
  | { readonly kind: 'given'; readonly project: string }
  /** Its overseer of that project failed, or another took it over. */
  | { readonly kind: 'lost'; readonly project: string; readonly error: unknown }
  /** Other nodes live than before. */
  | { readonly kind: 'nodes'; readonly nodes: readonly string[] }
  /** Something went wrong, and is tried again; of a project where it is named. */
  | { readonly kind: 'trouble'; readonly project?: string; readonly error: unknown };

/** What a node is made of. */
export interface NodeParts<T extends Led> {
  readonly name: string;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly pollMs: number;
  /** The most projects that it works on at once. */
  readonly most: number;
  /** Begins to work on a project. Throws `StoreError` `store.busy` where another does. */
  lead(project: string): Promise<T>;
  tell(change: NodeChange): void;
}

/** Starts the names of streams and leases. */
const PROJECT = 'project/';
const NODE = 'node/';

/** How long a project is left alone that could not be opened, in ms. */
const LEAVE_ALONE_MS = 10_000;

/** Rounds for which a free project waits for the node that should have it. */
const PATIENT_ROUNDS = 3;

/**
 * One of the nodes that share the projects of a store. Each round it looks who lives and who works on what, takes what
 * is free and its part, and gives away what is more. Nodes need not talk: all see the same leases, and only a lease
 * makes one of them the leader of a project.
 */
export class ProjectNode<T extends Led> {
  readonly #parts: NodeParts<T>;
  readonly #led = new Map<string, T>();
  /** Being opened or closed here. */
  readonly #moving = new Map<string, Promise<unknown>>();
  /** Those that gave their projects up and still have calls under way. */
  readonly #draining = new Set<T>();
  /** Projects that were asked for here and may have no events yet. */
  readonly #wanted = new Set<string>();
  /** For how many rounds each has been free. */
  readonly #free = new Map<string, number>();
  /** Until when a project is left alone here, by what has elapsed. */
  readonly #leftAlone = new Map<string, number>();
  readonly #stop = new AbortController();
  #lease: StreamLease | undefined;
  #nodes: readonly string[] = [];
  /** What went wrong in the last round. */
  #trouble = '';
  #rounds: Promise<void> = Promise.resolve();

  private constructor(parts: NodeParts<T>) {
    this.#parts = parts;
  }

  /** Joins the nodes of the store. Throws `StoreError` `store.busy` where a node of that name lives. */
  static async join<T extends Led>(parts: NodeParts<T>): Promise<ProjectNode<T>> {
    const node = new ProjectNode(parts);
    await node.#takeName();
    node.#start();
    return node;
  }

  #start(): void {
    this.#rounds = this.#goRound();
  }

  /** The projects that this node works on. */
  get led(): ReadonlyMap<string, T> {
    return this.#led;
  }

  /** The nodes that live, as of the last round. */
  get nodes(): readonly string[] {
    return this.#nodes;
  }

  /** Works on a project from now on, old or new. Throws `StoreError` `store.busy` where another node does. */
  async lead(project: string): Promise<T> {
    if (this.#stop.signal.aborted) {
      throw new OverseerError('overseer.closed', 'This node was closed; create another one.');
    }
    this.#wanted.add(project);
    await this.#moving.get(project);
    return this.#led.get(project) ?? (await this.#take(project));
  }

  /** Gives all projects back, so that the other nodes have them at once, and leaves. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#rounds;
    await Promise.allSettled(this.#moving.values());
    await Promise.all(
      [...this.#led.keys()].map((project) => this.#give(project, 'the node closes')),
    );
    await Promise.all([...this.#draining].map((led) => led.close().catch(() => undefined)));
    await this.#lease?.release();
  }

  async #takeName(): Promise<void> {
    const { store, clock, name } = this.#parts;
    const wish = { store, stream: `${NODE}${name}`, clock, name };
    const lease = await StreamLease.take(wish).catch((error: unknown) => {
      throw isBusy(error) ? nameTaken(store, name, error) : error;
    });
    this.#lease = lease;
    lease.whenLost((error) => {
      this.#lease = undefined;
      this.#parts.tell({ kind: 'trouble', error });
    });
  }

  async #goRound(): Promise<void> {
    const { clock, pollMs } = this.#parts;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#round();
        this.#trouble = '';
      } catch (error) {
        // Each project's own lease says whether it may go on; new ones wait until the store answers.
        this.#complain(error);
      }
      await sleep(pollMs, clock, this.#stop.signal).catch(() => undefined);
    }
  }

  /** What goes wrong in every round is told once. */
  #complain(error: unknown): void {
    const trouble = String(error);
    if (trouble !== this.#trouble) this.#parts.tell({ kind: 'trouble', error });
    this.#trouble = trouble;
  }

  async #round(): Promise<void> {
    if (this.#lease === undefined) await this.#takeName();
    const { store, name, most } = this.#parts;
    const [standing = [], streams] = await Promise.all([
      store.leases.standing?.(),
      store.events.streams(),
    ]);
    const nodes = this.#look(standing);
    const projects = this.#ownersOf(standing, streams);
    const orphans = this.#orphansOf(projects);
    const { take, give } = shareOut({ me: name, nodes, projects, orphans, most });
    for (const project of take) {
      if (!this.#mayTake(project)) continue;
      // Whoever is faster has it.
      void this.#take(project).catch(() => undefined);
    }
    for (const project of give) void this.#give(project, 'another node is to have its part');
  }

  #look(standing: readonly StandingLease[]): readonly string[] {
    const { name, tell } = this.#parts;
    const alive = standing.filter((lease) => lease.name.startsWith(NODE));
    const names = alive.map((lease) => lease.name.slice(NODE.length));
    const nodes = [...new Set([name, ...names])].toSorted();
    if (nodes.join('\n') !== this.#nodes.join('\n')) tell({ kind: 'nodes', nodes });
    this.#nodes = nodes;
    return nodes;
  }

  #ownersOf(
    standing: readonly StandingLease[],
    streams: readonly string[],
  ): Map<string, string | undefined> {
    const projects = new Map<string, string | undefined>();
    for (const stream of streams) {
      if (stream.startsWith(PROJECT)) projects.set(stream.slice(PROJECT.length), undefined);
    }
    for (const project of this.#wanted) projects.set(project, undefined);
    for (const { name, holder } of standing) {
      if (name.startsWith(PROJECT)) projects.set(name.slice(PROJECT.length), holder.name);
    }
    // What is opened here is this node's, whether its lease stands already or not.
    for (const project of this.#moving.keys()) projects.set(project, this.#parts.name);
    return projects;
  }

  #orphansOf(projects: ReadonlyMap<string, string | undefined>): ReadonlySet<string> {
    const orphans = new Set<string>();
    for (const [project, owner] of projects) {
      const rounds = owner === undefined ? (this.#free.get(project) ?? 0) + 1 : 0;
      this.#free.set(project, rounds);
      if (rounds > PATIENT_ROUNDS) orphans.add(project);
    }
    return orphans;
  }

  #mayTake(project: string): boolean {
    if (this.#led.has(project) || this.#moving.has(project)) return false;
    return (this.#leftAlone.get(project) ?? 0) <= this.#parts.clock.elapsed();
  }

  #take(project: string): Promise<T> {
    return this.#move(project, async () => {
      const { lead, tell, clock } = this.#parts;
      try {
        const led = await lead(project);
        this.#led.set(project, led);
        tell({ kind: 'taken', project });
        void led.ended.then((end) => this.#ended(project, led, end));
        return led;
      } catch (error) {
        if (!isBusy(error)) {
          this.#leftAlone.set(project, clock.elapsed() + LEAVE_ALONE_MS);
          tell({ kind: 'trouble', project, error });
        }
        throw error;
      }
    });
  }

  #give(project: string, because: string): Promise<void> {
    const led = this.#led.get(project);
    if (led === undefined || this.#moving.has(project)) return Promise.resolve();
    this.#led.delete(project);
    this.#wanted.delete(project);
    return this.#move(project, async () => {
      const { tell } = this.#parts;
      const trouble = (error: unknown): void => tell({ kind: 'trouble', project, error });
      await led.handOver({ because }).catch(trouble);
      tell({ kind: 'given', project });
      this.#draining.add(led);
      void led
        .drained()
        .then(() => led.close())
        .catch(trouble)
        .finally(() => this.#draining.delete(led));
    });
  }

  #ended(project: string, led: T, end: unknown): void {
    if (this.#led.get(project) !== led) return;
    this.#led.delete(project);
    this.#parts.tell({ kind: 'lost', project, error: end });
    void this.#move(project, () => led.close()).catch(() => undefined);
  }

  /** One move of a project at a time. */
  #move<R>(project: string, work: () => Promise<R>): Promise<R> {
    const moved = work().finally(() => this.#moving.delete(project));
    this.#moving.set(
      project,
      moved.catch(() => undefined),
    );
    return moved;
  }
}

function nameTaken({ name }: StateStore, node: string, cause: unknown): StoreError {
  return new StoreError(
    'store.busy',
    `A node named ${node} is at work in ${name} already: give each node a name of its own, or wait until that one has ended.`,
    { cause },
  );
}

function isBusy(error: unknown): boolean {
  return OverseerError.is(error) && error.code === 'store.busy';
}
