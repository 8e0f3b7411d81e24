import { KeyedHeap, setPlace } from '../internal/keyed-heap.ts';
import { freshPace, isUrgent, noteStart, type Pace } from './deadline-lane.ts';
import type { Lane, Lanes } from './lanes.ts';
import { AGING_STEP_MS, COST_OF_START } from './ready-task.ts';
import {
  createStrand,
  type Entry,
  finishOf,
  goesFirst,
  putIn,
  type Standing,
  type Strand,
  takeOut,
  wasReadySooner,
} from './strand.ts';

/** By which way a task comes first in its group: a person's word, its deadline, or its share. */
export type Way = 'express' | 'deadline' | 'share';

/** The task of a group that comes next. */
export interface Next {
  readonly entry: Entry;
  readonly way: Way;
  /** Its virtual finish on the clock of its group, and on the one that all groups share. */
  readonly finish: number;
  readonly key: number;
}

/**
 * The tasks that the same models can do, in fair order: self-clocked fair queueing (Golestani, "A self-clocked fair
 * queueing scheme for broadband applications", 1994) over lanes. Each start moves a lane's virtual finish on by the
 * cost divided by the lane's weight, the least finish goes next, and a lane that was away begins at the present. While
 * a group is blocked its clock stands still; `offset` leads from its clock to the one that all groups share.
 */
export class FairGroup {
  readonly name: string;
  /** When it last started a task, in starts of the whole queue. */
  lastStart = 0;
  /** What comes next here, as it was last looked at. */
  upcoming: Next | undefined;
  /** Its place among the contenders of a turn; -1 where it is none. */
  place = -1;
  readonly #lanes: Lanes;
  readonly #strands: KeyedHeap<Strand>;
  readonly #byLane = new Map<Lane, Strand>();
  /** By when each must have started. */
  readonly #deadlines: KeyedHeap<Entry>;
  readonly #express: Entry[] = [];
  readonly #pace: Pace = freshPace();
  #clock = 0;
  #offset: number;
  #agedAt: number;
  #size = 0;

  /** `clock` is the one that all groups share. */
  constructor(name: string, lanes: Lanes, clock: number, now: number) {
    this.name = name;
    this.#lanes = lanes;
    this.#offset = clock;
    this.#agedAt = now;
    this.#strands = new KeyedHeap<Strand>(goesFirst, setPlace);
    this.#deadlines = new KeyedHeap<Entry>(wasReadySooner, setPlace);
  }

  get size(): number {
    return this.#size;
  }

  /** Whether a lane has a task waiting here. */
  hasLane(lane: Lane): boolean {
    return this.#byLane.has(lane);
  }

  /** Has a task wait here; `stood` is where its lane stood when it was set aside. */
  add(entry: Entry, clock: number, now: number, stood?: Standing): void {
    const lane = this.#lanes.of(entry.task);
    const known = this.#byLane.get(lane);
    const strand = known ?? this.#newStrand(lane, stood ?? this.#present(lane, clock, now));
    putIn(strand, entry);
    this.#size += 1;
    const { latestStartAt } = entry.task;
    if (latestStartAt < Number.POSITIVE_INFINITY) this.#deadlines.push(entry, latestStartAt);
    if (entry.task.express) this.#express.push(entry);
    if (known === undefined) this.#strands.push(strand, finishOf(strand, now));
    else if (strand.line.peek() === entry) this.#rekey(strand, now);
  }

  remove(entry: Entry, now: number): void {
    const { strand } = entry;
    if (strand === undefined) return;
    const wasFirst = strand.line.peek() === entry;
    takeOut(strand, entry);
    this.#size -= 1;
    if (entry.place >= 0) this.#deadlines.remove(entry.place);
    if (entry.task.express) this.#express.splice(this.#express.indexOf(entry), 1);
    if (strand.size > 0) {
      if (wasFirst) this.#rekey(strand, now);
      return;
    }
    // What it finished last is never ahead of the clock, so that nothing is gained by going and coming.
    this.#strands.remove(strand.place);
    this.#byLane.delete(strand.lane);
    this.#lanes.leave(strand.lane);
  }

  /** Takes a task out for the rest of a turn; gives where its lane stood, to be added again with it. */
  setAside(entry: Entry, now: number): Standing {
    const { finish = 0, seen = 0, foreign = 0 } = entry.strand ?? {};
    this.remove(entry, now);
    return { finish, seen, foreign };
  }

  /** Finds out what comes next; `clock` is the one that all groups share. What was said before stays where it holds still. */
  look(clock: number, now: number): void {
    this.#catchUp(clock, now);
    const first = this.#strands.peek()?.line.peek();
    if (first === undefined) {
      this.upcoming = undefined;
      return;
    }
    const finish = this.#strands.leastKey;
    const key = finish + this.#offset;
    const express = this.#express[0];
    const due = express ?? this.#urgent(now);
    const way = express !== undefined ? 'express' : due !== undefined ? 'deadline' : 'share';
    const entry = due ?? first;
    const before = this.upcoming;
    if (before?.entry === entry && before.way === way && before.key === key) {
      if (before.finish === finish) return;
    }
    this.upcoming = { entry, way, finish, key };
  }

  /**
   * Charges a start to its lane; to be called before the task is removed. Returns the shared clock as it is then. What
   * goes by a person's word or by its deadline has a share of its own, and costs its lane nothing.
   */
  charge({ entry, way, finish, key }: Next, clock: number, now: number): number {
    if (way !== 'express') noteStart(this.#pace, now, way === 'deadline');
    const { strand } = entry;
    if (strand === undefined || way !== 'share') return clock;
    const cost = finish - strand.finish;
    strand.lane.charged += cost;
    strand.seen += cost;
    strand.finish = finish;
    strand.foreign = 0;
    this.#clock = Math.max(this.#clock, finish);
    return Math.max(clock, key);
  }

  /** Gives what has waited its greater weight; does something only now and then. */
  age(now: number): void {
    if (Math.abs(now - this.#agedAt) < AGING_STEP_MS) return;
    this.#agedAt = now;
    for (const strand of [...this.#strands.items]) this.#rekey(strand, now);
  }

  /** The same group again, over copies of the lanes and of its tasks. */
  copy(
    lanes: Lanes,
    laneOf: (lane: Lane) => Lane,
    copyEntry: (entry: Entry) => Entry,
    now: number,
  ): FairGroup {
    const group = new FairGroup(this.name, lanes, this.#offset, now);
    group.lastStart = this.lastStart;
    group.#clock = this.#clock;
    group.#agedAt = this.#agedAt;
    group.#size = this.#size;
    Object.assign(group.#pace, this.#pace);
    const express = new Map<Entry, Entry>();
    for (const strand of this.#byLane.values()) {
      const copy = createStrand(laneOf(strand.lane), strand);
      group.#byLane.set(copy.lane, copy);
      for (const entry of strand.line.items) {
        if (entry.strand !== strand) continue;
        const other = copyEntry(entry);
        putIn(copy, other);
        if (entry.place >= 0) group.#deadlines.push(other, entry.task.latestStartAt);
        if (entry.task.express) express.set(entry, other);
      }
      group.#strands.push(copy, this.#strands.keyAt(strand.place));
    }
    group.#express.push(...this.#express.flatMap((entry) => express.get(entry) ?? []));
    return group;
  }

  /** The task that goes by the deadline lane now. */
  #urgent(now: number): Entry | undefined {
    const due = this.#deadlines.peek();
    if (due === undefined) return undefined;
    const others = this.#size - 1;
    return isUrgent(this.#pace, due.task.latestStartAt, others, now) ? due : undefined;
  }

  /** What a lane that comes now begins at: never behind all that wait here, never before what was started. */
  #present(lane: Lane, clock: number, now: number): Standing {
    this.#catchUp(clock, now);
    const first = this.#strands.size > 0 ? this.#strands.leastKey : Number.POSITIVE_INFINITY;
    const finish = Math.max(this.#clock, Math.min(first, clock - this.#offset));
    return { finish, seen: lane.charged, foreign: 0 };
  }

  /** A group that was blocked goes on from where it stood, at the present of all the others. */
  #catchUp(clock: number, now: number): void {
    this.#chargeForeign(now);
    const first = this.#strands.size > 0 ? this.#strands.leastKey : this.#clock;
    this.#offset = Math.max(this.#offset, clock - first);
  }

  /**
   * Charges the first strand for what its lane started in other groups, so that many kinds of work bring a lane nothing;
   * between two of its own starts for no more than one start in each, so that it is not put off for ever.
   */
  #chargeForeign(now: number): void {
    for (let strand = this.#strands.peek(); strand !== undefined; strand = this.#strands.peek()) {
      const { lane } = strand;
      // Most often there is nothing to charge.
      if (lane.charged - strand.seen < LEAST_CHARGE) return;
      const most = (COST_OF_START * (lane.waitingIn - 1)) / lane.weight;
      strand.seen = Math.max(strand.seen, lane.charged - MOST_OWED * most);
      const charge = Math.min(lane.charged - strand.seen, most - strand.foreign);
      if (charge < LEAST_CHARGE) return;
      strand.seen += charge;
      strand.foreign += charge;
      strand.finish += charge;
      this.#rekey(strand, now);
    }
  }

  #rekey(strand: Strand, now: number): void {
    this.#strands.rekey(strand.place, finishOf(strand, now));
  }

  #newStrand(lane: Lane, standing: Standing): Strand {
    // A lane that was gone meanwhile begins its account anew.
    const strand = createStrand(lane, {
      ...standing,
      seen: Math.min(standing.seen, lane.charged),
    });
    lane.waitingIn += 1;
    this.#byLane.set(lane, strand);
    return strand;
  }
}

/** What is less than any cost is an error of rounding. */
const LEAST_CHARGE = 1e-9;

/** Rounds of starts in other groups that a lane is charged for later, where it could not be at once. */
const MOST_OWED = 4;
