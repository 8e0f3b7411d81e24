import type { TaskKind } from '../spec/task.ts';

/** How many attempts may be under way at once: by kind of task, `*` for all other kinds together. */
export type Workers = Readonly<Record<string, number>>;

/** The bounds on attempts at once. */
export interface WorkerBounds {
  readonly workers: Workers;
  /** Over all kinds; infinity for no bound. */
  readonly concurrency: number;
}

/** Which attempts may begin: a count of those under way against the bounds, which may change at any time. */
export class WorkerPools {
  #bounds: WorkerBounds;
  #total = 0;
  readonly #running = new Map<string, number>();

  constructor(bounds: WorkerBounds) {
    this.#bounds = bounds;
  }

  get bounds(): WorkerBounds {
    return this.#bounds;
  }

  /** Whether there is any bound to count against. */
  get isBounded(): boolean {
    const { workers, concurrency } = this.#bounds;
    return concurrency < Number.POSITIVE_INFINITY || Object.keys(workers).length > 0;
  }

  /** Sets other bounds; attempts above them go on, and none begins until there are fewer. */
  set(bounds: WorkerBounds): void {
    this.#bounds = bounds;
  }

  /** Counts anew. */
  count(kinds: Iterable<TaskKind>): void {
    this.#total = 0;
    this.#running.clear();
    for (const kind of kinds) this.begin(kind);
  }

  /** An attempt at a task of this kind begins. */
  begin(kind: TaskKind): void {
    const pool = this.#poolOf(kind);
    this.#total += 1;
    this.#running.set(pool, (this.#running.get(pool) ?? 0) + 1);
  }

  /** An attempt at a task of this kind ended. */
  end(kind: TaskKind): void {
    const pool = this.#poolOf(kind);
    this.#total -= 1;
    this.#running.set(pool, (this.#running.get(pool) ?? 0) - 1);
  }

  /** Why no attempt at a task of this kind may begin; `undefined` when one may. */
  whyFull(kind: TaskKind): string | undefined {
    const { workers, concurrency } = this.#bounds;
    if (this.#total >= concurrency) {
      return `${this.#total}/${concurrency} tasks at once, free when one ends`;
    }
    const pool = this.#poolOf(kind);
    const size = Object.hasOwn(workers, pool) ? workers[pool] : undefined;
    const running = this.#running.get(pool) ?? 0;
    if (size === undefined || running < size) return undefined;
    const what = pool === '*' ? 'of other kinds' : `of kind ${pool}`;
    return `${running}/${size} tasks ${what} at once, free when one ends`;
  }

  /** Why no attempt at a task of this kind will ever begin by these bounds; `undefined` when one may. */
  whyShut(kind: TaskKind): string | undefined {
    const { workers, concurrency } = this.#bounds;
    if (concurrency === 0) return 'no tasks may be worked on at once (concurrency is 0)';
    const pool = this.#poolOf(kind);
    if (!Object.hasOwn(workers, pool) || workers[pool] !== 0) return undefined;
    return `no tasks ${pool === '*' ? 'of other kinds' : `of kind ${pool}`} may be worked on at once (its workers are 0)`;
  }

  #poolOf(kind: TaskKind): string {
    return Object.hasOwn(this.#bounds.workers, kind) ? kind : '*';
  }
}
