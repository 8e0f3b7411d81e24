import { KeyedHeap, setPlace } from '../internal/keyed-heap.ts';
import { FairGroup } from './fair-group.ts';
import { type Lane, Lanes } from './lanes.ts';
import type { ReadyTask } from './ready-task.ts';
import { type Entry, type Standing, wasReadySooner } from './strand.ts';
import { Turn } from './turn.ts';

/**
 * What became of a task that was offered: `started` and `dropped` take it out, `blocked` leaves it and its group for
 * this turn, `aside` leaves it alone, for a reason that the others of its group do not share.
 */
export type OfferOutcome = 'started' | 'blocked' | 'aside' | 'dropped';

/**
 * Tasks that are ready, in groups, shared out fairly among flows: see `FairGroup`. A group whose models are all taken
 * never holds up another. One turn looks at no more tasks than it starts, plus one a group; adding, starting and taking
 * out are O(log n). Knows no clock: times are epoch ms.
 */
export class ReadyQueue {
  readonly #lanes: Lanes;
  readonly #groups = new Map<string, FairGroup>();
  readonly #entries = new Map<string, Map<string, Entry>>();
  /** Tasks of the future, by when they may start. */
  readonly #later = new KeyedHeap<Entry>(wasReadySooner, setPlace);
  /** By when they have waited long enough. */
  readonly #expiring = new KeyedHeap<Entry>(wasReadySooner, setExpiryPlace);
  #size = 0;
  /** The virtual finish of what was started last, over all groups. */
  #clock = 0;
  #starts = 0;
  readonly #turn = new Turn();
  /** Whether tasks are being offered. */
  #isOffering = false;

  constructor(lanes: Lanes = new Lanes()) {
    this.#lanes = lanes;
  }

  /** Tasks that wait, those of the future included. */
  get size(): number {
    return this.#size;
  }

  /** The tasks that wait, in no order. */
  *waiting(): Generator<ReadyTask> {
    for (const tasks of this.#entries.values()) for (const { task } of tasks.values()) yield task;
  }

  /** Whether that flow has nothing of that priority waiting in that group. */
  isNewLane(task: ReadyTask): boolean {
    const lane = this.#lanes.find(task);
    return lane === undefined || this.#groups.get(task.group)?.hasLane(lane) !== true;
  }

  /** Adds a task, in place of one of the same run and key. */
  add(task: ReadyTask, nowMs: number): void {
    const before = this.#entries.get(task.run)?.get(task.task);
    if (before !== undefined) this.#detach(before, nowMs);
    let siblings = this.#entries.get(task.run);
    if (siblings === undefined) {
      siblings = new Map();
      this.#entries.set(task.run, siblings);
    }
    const entry = createEntry(task, siblings);
    siblings.set(task.task, entry);
    this.#size += 1;
    if (task.expiresAt < Number.POSITIVE_INFINITY) this.#expiring.push(entry, task.expiresAt);
    if (task.notBefore > nowMs) this.#later.push(entry, task.notBefore);
    else this.#addToGroup(entry, nowMs);
  }

  /** The task of that run and key, if it waits here. */
  get(run: string, task: string): ReadyTask | undefined {
    return this.#entries.get(run)?.get(task)?.task;
  }

  /** Takes a task out, wherever it stands; gives it, or `undefined` when it does not wait here. */
  remove(run: string, task: string, nowMs: number): ReadyTask | undefined {
    const entry = this.#entries.get(run)?.get(task);
    if (entry === undefined) return undefined;
    this.#detach(entry, nowMs);
    return entry.task;
  }

  /** Takes all tasks of a run out. */
  removeRun(run: string, nowMs: number): void {
    for (const entry of [...(this.#entries.get(run)?.values() ?? [])]) this.#detach(entry, nowMs);
  }

  /**
   * Offers tasks, the first of all groups first, until every group is stuck or empty. `start` says what became of a
   * task; a throw leaves it where it is. It may add and remove tasks; those of groups that are not stuck are offered in
   * this turn too. Tasks whose time to wait is over are taken out before and given to `expired`. Returns when to offer
   * again if nothing else happens: when a task of the future is due, or one's time to wait ends.
   */
  offer(
    nowMs: number,
    start: (task: ReadyTask) => OfferOutcome,
    expired: (task: ReadyTask) => void = () => undefined,
  ): number | undefined {
    this.#takeExpired(nowMs, expired);
    this.#bringIn(nowMs);
    const turn = this.#turn;
    for (const group of this.#groups.values()) group.age(nowMs);
    this.#isOffering = true;
    try {
      for (const group of this.#groups.values()) this.#contend(group, nowMs);
      for (let group = turn.first(); group.upcoming !== undefined; group = turn.first()) {
        this.#offerFirst(turn, group, start, nowMs);
      }
    } finally {
      this.#isOffering = false;
      for (const [entry, stood] of turn.aside) this.#addToGroup(entry, nowMs, stood);
      turn.end();
      this.#forgetEmpty();
    }
    return earlier(this.#later.peek()?.task.notBefore, this.#expiring.peek()?.task.expiresAt);
  }

  /** The same queue again, to try out what would become of it. */
  copy(nowMs: number): ReadyQueue {
    const { lanes, copyOf } = this.#lanes.copy();
    const queue = new ReadyQueue(lanes);
    queue.#size = this.#size;
    queue.#clock = this.#clock;
    queue.#starts = this.#starts;
    const copies = new Map<Entry, Entry>();
    for (const [run, tasks] of this.#entries) {
      const others = new Map<string, Entry>();
      queue.#entries.set(run, others);
      for (const [task, entry] of tasks) {
        const other = createEntry(entry.task, others);
        others.set(task, other);
        copies.set(entry, other);
        if (entry.expiryPlace >= 0) queue.#expiring.push(other, entry.task.expiresAt);
        if (entry.strand === undefined) queue.#later.push(other, entry.task.notBefore);
      }
    }
    const laneOf = (lane: Lane): Lane => copyOf.get(lane) ?? lane;
    for (const [name, group] of this.#groups) {
      const copyEntry = (entry: Entry): Entry => copies.get(entry) ?? entry;
      queue.#groups.set(name, group.copy(lanes, laneOf, copyEntry, nowMs));
    }
    return queue;
  }

  #offerFirst(
    turn: Turn,
    group: FairGroup,
    start: (task: ReadyTask) => OfferOutcome,
    nowMs: number,
  ): void {
    const known = group.upcoming;
    group.look(this.#clock, nowMs);
    const next = group.upcoming;
    if (next !== known) turn.put(group);
    // Others may have come before it since, or its own first task may be another one.
    if (next?.entry !== known?.entry || next === undefined || next.key > (known?.key ?? 0)) return;
    const { entry } = next;
    const outcome = start(entry.task);
    if (outcome === 'blocked') {
      turn.block(group);
      return;
    }
    if (outcome === 'started') {
      this.#starts += 1;
      group.lastStart = this.#starts;
      this.#clock = group.charge(next, this.#clock, nowMs);
    }
    if (entry.siblings !== undefined) {
      if (outcome === 'aside') {
        turn.aside.set(entry, group.setAside(entry, nowMs));
      } else {
        this.#detach(entry, nowMs, group);
      }
    }
    this.#contend(group, nowMs);
  }

  #contend(group: FairGroup, nowMs: number): void {
    if (!this.#isOffering) return;
    group.look(this.#clock, nowMs);
    this.#turn.put(group);
  }

  #addToGroup(entry: Entry, nowMs: number, stood?: Standing): void {
    const name = entry.task.group;
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = new FairGroup(name, this.#lanes, this.#clock, nowMs);
      this.#groups.set(name, group);
    }
    group.add(entry, this.#clock, nowMs, stood);
    this.#contend(group, nowMs);
  }

  #detach(entry: Entry, nowMs: number, known?: FairGroup): void {
    const { run, task, group } = entry.task;
    const { siblings } = entry;
    entry.siblings = undefined;
    siblings?.delete(task);
    if (siblings?.size === 0) this.#entries.delete(run);
    this.#size -= 1;
    if (entry.expiryPlace >= 0) this.#expiring.remove(entry.expiryPlace);
    if (this.#turn.aside.delete(entry)) return;
    if (entry.strand === undefined) this.#later.remove(entry.place);
    else (known ?? this.#groups.get(group))?.remove(entry, nowMs);
  }

  #takeExpired(nowMs: number, expired: (task: ReadyTask) => void): void {
    for (
      let first = this.#expiring.peek();
      first !== undefined && first.task.expiresAt <= nowMs;
      first = this.#expiring.peek()
    ) {
      this.#detach(first, nowMs);
      expired(first.task);
    }
  }

  #bringIn(nowMs: number): void {
    for (
      let next = this.#later.peek();
      next !== undefined && next.task.notBefore <= nowMs;
      next = this.#later.peek()
    ) {
      this.#later.pop();
      this.#addToGroup(next, nowMs);
    }
  }

  #forgetEmpty(): void {
    for (const [name, group] of this.#groups) if (group.size === 0) this.#groups.delete(name);
  }
}

function createEntry(task: ReadyTask, siblings: Map<string, Entry>): Entry {
  return {
    task,
    siblings,
    strand: undefined,
    lies: undefined,
    place: -1,
    expiryPlace: -1,
  };
}

function setExpiryPlace(entry: Pick<Entry, 'expiryPlace'>, place: number): void {
  entry.expiryPlace = place;
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
