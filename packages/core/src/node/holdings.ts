import { OverseerError } from '../errors/overseer-error.ts';
import type { Clock } from '../internal/clock.ts';
import type { HandoffAway } from '../spec/handoff-events.ts';
import type { HandoffTrigger } from '../spec/run-events.ts';
import type { AwayProjects } from './away-projects.ts';
import type { NodeChange } from './node-change.ts';

/** Why a project is given up, and to whom. */
export interface GiveUp {
  readonly trigger: HandoffTrigger;
  readonly because: string;
  readonly to?: string;
  /** Who ordered it; absent where the node does it by itself. */
  readonly by?: string;
  /** It leaves the store, and no node of it works on it any more. */
  readonly away?: HandoffAway;
  /** How long calls under way may take to end before, in ms. */
  readonly waitMs?: number;
  /** Of one that leaves the store: how long its receiver waits for replies that are sent after it, in ms. */
  readonly lateMs?: number;
}

/** What a node has of a project once it works on it. */
export interface Led {
  /** Resolves when it works no more. */
  readonly ended: Promise<unknown>;
  /** Gives the project up; resolves once another node may have it. */
  handOver(order: GiveUp): Promise<void>;
  /** Resolves when no call is under way any more. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

/** What holdings are made with. */
export interface HoldingsParts<T extends Led> {
  readonly clock: Clock;
  /** Begins to work on a project. Throws `StoreError` `store.busy` where another does. */
  lead(project: string): Promise<T>;
  tell(change: NodeChange): void;
  /** Those that left the store. */
  readonly away: AwayProjects;
  /** Hears how often in a row a project could not be opened. */
  failed(project: string, times: number, error: unknown): void;
}

/** How long a project is left alone that could not be opened, in ms. */
const LEAVE_ALONE_MS = 10_000;

/** The projects that one node works on, and their coming and going. */
export class Holdings<T extends Led> {
  readonly #parts: HoldingsParts<T>;
  readonly #led = new Map<string, T>();
  /** Being opened or closed here. */
  readonly #moving = new Map<string, Promise<unknown>>();
  /** Those that gave their projects up and still have calls under way. */
  readonly #draining = new Set<T>();
  /** Until when a project is left alone here, by what has elapsed. */
  readonly #leftAlone = new Map<string, number>();
  /** How often in a row each could not be opened. */
  readonly #failures = new Map<string, number>();

  constructor(parts: HoldingsParts<T>) {
    this.#parts = parts;
  }

  /** The projects that are worked on. */
  get led(): ReadonlyMap<string, T> {
    return this.#led;
  }

  /** Those that are being opened or given up. */
  get moving(): Iterable<string> {
    return this.#moving.keys();
  }

  /** Whether a project may be opened now. */
  mayTake(project: string): boolean {
    if (this.#led.has(project) || this.#moving.has(project)) return false;
    if (this.#parts.away.has(project)) return false;
    return (this.#leftAlone.get(project) ?? 0) <= this.#parts.clock.elapsed();
  }

  /** The project, opened where it is not yet. Throws what `lead` throws. */
  async lead(project: string): Promise<T> {
    for (let moving = this.#moving.get(project); moving !== undefined; ) {
      await moving;
      moving = this.#moving.get(project);
    }
    return this.#led.get(project) ?? (await this.take(project));
  }

  /** Opens a project. */
  take(project: string): Promise<T> {
    return this.#move(project, async () => {
      const { lead, tell, away } = this.#parts;
      try {
        const led = await lead(project);
        this.#led.set(project, led);
        away.delete(project);
        this.#failures.delete(project);
        tell({ kind: 'taken', project });
        void led.ended.then((end) => this.#ended(project, led, end));
        return led;
      } catch (error) {
        this.#notOpened(project, error);
        throw error;
      }
    });
  }

  /** Gives a project up; resolves when others may have it. Does nothing for one that is not worked on. */
  give(project: string, order: GiveUp): Promise<void> {
    const led = this.#led.get(project);
    if (led === undefined || this.#moving.has(project)) return Promise.resolve();
    this.#led.delete(project);
    return this.#move(project, async () => {
      const { tell } = this.#parts;
      const trouble = (error: unknown): void => tell({ kind: 'trouble', project, error });
      await led.handOver(order).catch(trouble);
      if (order.away !== undefined) this.#parts.away.add(project);
      tell({ kind: 'given', project, trigger: order.trigger, to: order.to });
      this.#draining.add(led);
      void led
        .drained()
        .then(() => led.close())
        .catch(trouble)
        .finally(() => this.#draining.delete(led));
    });
  }

  /** Gives up everything, and breaks off what does not end by itself. */
  async close(order: GiveUp): Promise<void> {
    await Promise.allSettled(this.#moving.values());
    await Promise.all([...this.#led.keys()].map((project) => this.give(project, order)));
    await Promise.all([...this.#draining].map((led) => led.close().catch(() => undefined)));
  }

  #notOpened(project: string, error: unknown): void {
    const { tell, clock, away, failed } = this.#parts;
    const code = OverseerError.is(error) ? error.code : undefined;
    // Whoever was faster has it.
    if (code === 'store.busy') return;
    if (code === 'project.away') {
      if (!away.has(project)) tell({ kind: 'away', project, error });
      away.add(project);
      return;
    }
    this.#leftAlone.set(project, clock.elapsed() + LEAVE_ALONE_MS);
    tell({ kind: 'trouble', project, error });
    const times = (this.#failures.get(project) ?? 0) + 1;
    this.#failures.set(project, times);
    failed(project, times, error);
  }

  #ended(project: string, led: T, end: unknown): void {
    if (this.#led.get(project) !== led) return;
    this.#led.delete(project);
    this.#parts.tell({ kind: 'lost', project, error: end });
    void this.#move(project, () => led.close()).catch(() => undefined);
  }

  /** One move of a project at a time. */
  #move<R>(project: string, work: () => Promise<R>): Promise<R> {
    const moved = work();
    const over = moved
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => {
        if (this.#moving.get(project) === over) this.#moving.delete(project);
      });
    this.#moving.set(project, over);
    return moved;
  }
}
