import { ConfigError } from '../errors/config-error.ts';
import { OverseerError } from '../errors/overseer-error.ts';
import { sleep } from '../internal/sleep.ts';
import { StreamLease } from '../journal/stream-lease.ts';
import type { HandoffTarget } from '../spec/handoff-target.ts';
import type { StateStore } from '../spec/store.ts';
import { AwayProjects } from './away-projects.ts';
import { Departures } from './departures.ts';
import { type GiveUp, Holdings, type HoldingsParts, type Led } from './holdings.ts';
import { nameTaken } from './name-taken.ts';
import type { NodeCard } from './node-card.ts';
import { readOrders } from './node-orders.ts';
import { NODE, Outlook, type Seen } from './outlook.ts';
import { OwnCard } from './own-card.ts';
import { shareOut } from './share-out.ts';
import { successorFor } from './successor-for.ts';
import { type VitalsMonitor, type WellBounds, Wellness } from './vitals.ts';

/** What a node is made of. */
export interface NodeParts<T extends Led> extends Omit<HoldingsParts<T>, 'away' | 'failed'> {
  readonly name: string;
  readonly store: StateStore;
  readonly pollMs: number;
  /** The most projects that it works on at once. */
  readonly most: number;
  readonly labels: readonly string[];
  needs(project: string): readonly string[];
  readonly vitals: VitalsMonitor;
  readonly bounds: WellBounds;
  /** Another store, for what no node of this one can have. */
  readonly target: HandoffTarget | undefined;
  /** Until when all models of a project are used up, epoch ms; `undefined` where one is to be had soon enough. */
  exhaustedUntil(led: T): number | undefined;
}

/** How often this node looks how it is itself, in ms. */
const LOOK_MS = 2_000;

/**
 * One of the nodes that share the projects of a store. Each round it looks who lives and who works on what, takes what
 * is free and its part, and gives away what is more. Nodes need not talk: all see the same leases and cards, and only a lease
 * makes one of them the leader of a project.
 */
export class ProjectNode<T extends Led> {
  readonly #parts: NodeParts<T>;
  readonly #holdings: Holdings<T>;
  readonly #outlook: Outlook;
  readonly #away: AwayProjects;
  readonly #departures: Departures;
  readonly #wellness: Wellness;
  /** Projects that were asked for here and may have no events yet. */
  readonly #wanted = new Set<string>();
  readonly #card: OwnCard;
  readonly #stop = new AbortController();
  /** Ends the pause between two rounds: somebody told that there is something to see. */
  #wake = new AbortController();
  #unhear: readonly ((() => void) | undefined)[] = [];
  #lease: StreamLease | undefined;
  #seen: Seen | undefined;
  #nodes = '';
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** What went wrong in the last round. */
  #trouble = '';
  #rounds: Promise<void> = Promise.resolve();

  private constructor(parts: NodeParts<T>) {
    this.#parts = parts;
    this.#away = new AwayProjects(parts.store);
    this.#holdings = new Holdings({
      ...parts,
      away: this.#away,
      lead: async (project) => {
        const led = await parts.lead(project);
        this.#card.keep(project);
        return led;
      },
      failed: (project, times, error) => {
        void this.#departures.failed(project, times, error);
      },
    });
    this.#card = new OwnCard(parts);
    this.#departures = new Departures({
      ...parts,
      away: this.#away,
      led: () => [...this.led.keys()],
      isAlone: () => this.nodes.every((name) => name === parts.name),
      give: (project, order) => this.#give(project, order),
      trouble: (project, error) => parts.tell({ kind: 'trouble', project, error }),
    });
    this.#outlook = new Outlook({
      store: parts.store,
      me: parts.name,
      needs: (project) => parts.needs(project),
    });
    this.#wellness = new Wellness(parts.bounds);
  }

  /** Joins the nodes of the store. Throws `StoreError` `store.busy` where a node of that name lives. */
  static async join<T extends Led>(parts: NodeParts<T>): Promise<ProjectNode<T>> {
    const node = new ProjectNode(parts);
    await node.#takeName();
    node.#start();
    return node;
  }

  /** The projects that this node works on. */
  get led(): ReadonlyMap<string, T> {
    return this.#holdings.led;
  }

  /** The nodes that live, as of the last round. */
  get nodes(): readonly string[] {
    return this.#seen?.nodes.map(({ name }) => name) ?? [this.#parts.name];
  }

  /** Works on a project from now on, old or new. Throws `StoreError` `store.busy` where another node does. */
  async lead(project: string): Promise<T> {
    this.#requireOpen();
    this.#wanted.add(project);
    return await this.#holdings.lead(project);
  }

  /**
   * Gives a project to another node: the named one, or the fittest that is well; where there is none, to another store, if there is one
   * for it. Resolves when that may have it. Throws `ConfigError` `config.node` where this node does not work on it, or no other
   * can.
   */
  async handOver(project: string, order: GiveUp): Promise<void> {
    this.#requireOpen();
    const { name } = this.#parts;
    if (!this.led.has(project)) {
      throw new ConfigError('config.node', `${name} does not work on ${project}.`);
    }
    if (order.away !== undefined) {
      await this.#give(project, order);
      return;
    }
    const { nodes, cards, projects } = this.#seen ?? (await this.#look());
    const needs = this.#parts.needs(project);
    const nowMs = this.#parts.clock.now();
    const choice = successorFor(
      project,
      { me: name, nodes, cards, projects, needs, nowMs },
      order.to,
    );
    if (this.#departures.takes(project, order, choice.kind === 'none')) {
      await this.#departures.go(project, order);
    } else if (choice.kind === 'none') throw new ConfigError('config.node', choice.why);
    else await this.#give(project, { ...order, to: choice.to });
  }

  /** Gives all projects back, so that the other nodes have them at once, and leaves. */
  async close(): Promise<void> {
    this.#stop.abort();
    for (const unhear of this.#unhear) unhear?.();
    await this.#rounds;
    const order = { trigger: 'maintenance', because: 'the node closes' } as const;
    await this.#departures.close(order);
    await this.#holdings.close(order);
    this.#parts.vitals.close();
    await this.#lease?.release();
  }

  #requireOpen(): void {
    if (!this.#stop.signal.aborted) return;
    throw new OverseerError('overseer.closed', 'This node was closed; create another one.');
  }

  #start(): void {
    const { store, name } = this.#parts;
    const wake = (): void => this.#wake.abort();
    this.#unhear = [
      store.whenTold?.('leases', '', wake),
      store.whenTold?.('mail', `${NODE}${name}`, () => {
        this.#lookedAt = Number.NEGATIVE_INFINITY;
        wake();
      }),
    ];
    this.#rounds = this.#goRound();
  }

  async #takeName(): Promise<void> {
    const { store, clock, name } = this.#parts;
    const wish = { store, stream: `${NODE}${name}`, clock, name };
    const lease = await StreamLease.take(wish).catch((error: unknown) => {
      throw nameTaken(store, name, error);
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
      const woken = AbortSignal.any([this.#stop.signal, this.#wake.signal]);
      await sleep(pollMs, clock, woken).catch(() => undefined);
      this.#wake = new AbortController();
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
    const { name: me, most } = this.#parts;
    const seen = await this.#look();
    if (this.#stop.signal.aborted) return;
    const { take, give } = shareOut({ me, most, ...seen });
    for (const project of take) {
      // Whoever is faster has it.
      if (this.#holdings.mayTake(project)) void this.#holdings.take(project).catch(() => undefined);
    }
    const { unwell } = this.#wellness;
    const order =
      unwell === undefined
        ? ({ trigger: 'balance', because: 'another node is to have its part' } as const)
        : ({ trigger: 'degradation', because: `the node is not well: ${unwell}` } as const);
    for (const [project, to] of give) void this.#give(project, { ...order, to });
    const isOtherWell = seen.nodes.some(({ name, isWell }) => name !== me && isWell);
    const isLost = this.#wellness.isLost(this.#parts.clock.elapsed());
    if (isLost && !isOtherWell) this.#departures.goAll(order);
  }

  async #look(): Promise<Seen> {
    const { clock, tell } = this.#parts;
    const isDue = clock.elapsed() - this.#lookedAt >= LOOK_MS;
    const card = this.#read();
    await this.#card.tell(card);
    const seen = await this.#outlook.look({
      card,
      wanted: this.#wanted,
      moving: this.#holdings.moving,
      away: this.#away,
    });
    this.#seen = seen;
    if (isDue) {
      this.#lookAtMyself(seen);
      await readOrders(this.#parts, (project, order) => this.handOver(project, order));
      await this.#away.look();
      this.#departures.look();
    }
    const nodes = seen.nodes.map(({ name }) => name);
    if (nodes.join('\n') !== this.#nodes) tell({ kind: 'nodes', nodes });
    this.#nodes = nodes.join('\n');
    return seen;
  }

  #lookAtMyself({ storeMs }: Seen): void {
    const { clock, vitals, tell, exhaustedUntil } = this.#parts;
    this.#lookedAt = clock.elapsed();
    const before = this.#wellness.unwell;
    this.#wellness.look({ ...vitals.read(), storeMs }, this.#lookedAt);
    const { unwell } = this.#wellness;
    if ((before === undefined) !== (unwell === undefined)) tell({ kind: 'health', unwell });
    for (const [project, led] of this.led) {
      const untilAt = exhaustedUntil(led);
      if (untilAt === undefined) continue;
      this.#card.exhausted(project, untilAt);
      const because = `all models are used up until ${new Date(untilAt).toISOString()}`;
      // Where no other node is any better off, it waits here.
      void this.handOver(project, { trigger: 'limits', because }).catch(() => undefined);
    }
  }

  /** The others must know to whom it goes before anyone may take it. */
  async #give(project: string, order: GiveUp): Promise<void> {
    if (order.to !== undefined && order.away === undefined) {
      this.#card.promise(project, order.to);
      await this.#card.tell(this.#read()).catch(() => undefined);
    }
    this.#wanted.delete(project);
    await this.#holdings.give(project, order);
  }

  #read(): NodeCard {
    const moving = [...this.#holdings.moving].length;
    return this.#card.read(this.led.size + moving, this.#wellness.unwell);
  }
}
