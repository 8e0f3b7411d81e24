import { KeyedHeap, setPlace } from '../internal/keyed-heap.ts';
import { FairGroup, type Next } from './fair-group.ts';
import { Lanes } from './lanes.ts';
import type { Entry, Standing } from './strand.ts';

/** A turn of offering, one after the other: the groups that may still start a task, the first of them first. */
export class Turn {
  /** Tasks that come back when the turn is over, and where their lanes stood. */
  readonly aside: Map<Entry, Standing> = new Map();
  readonly #contenders = new KeyedHeap<FairGroup>(isFirst, setPlace);
  /** Stands for no group. With the last group, the engine would let go of what it compiled for them. */
  readonly #none = new FairGroup('', new Lanes(), 0, 0);
  readonly #stuck = new Set<FairGroup>();

  /** Puts a group where what comes next in it belongs; takes out one in which nothing does. Does nothing for one that is stuck. */
  put(group: FairGroup): void {
    if (this.#stuck.has(group)) return;
    const { upcoming, place } = group;
    if (upcoming === undefined) {
      this.#contenders.remove(place);
      return;
    }
    const key = upcoming.way === 'share' ? upcoming.key : Number.NEGATIVE_INFINITY;
    if (place < 0) this.#contenders.push(group, key);
    else this.#contenders.rekey(place, key);
  }

  /** The group that has the first task, left where it is; one without a task when none has any. */
  first(): FairGroup {
    return this.#contenders.peek() ?? this.#none;
  }

  /** Nothing more of a group can start in this turn. */
  block(group: FairGroup): void {
    this.#stuck.add(group);
    this.#contenders.remove(group.place);
  }

  /** Lets go of all groups and tasks, for the next turn. */
  end(): void {
    while (this.#contenders.size > 0) this.#contenders.pop();
    // What is empty is left alone, since each clearing makes a new table.
    if (this.#stuck.size > 0) this.#stuck.clear();
    if (this.aside.size > 0) this.aside.clear();
  }
}

const BEFORE: Readonly<Record<Next['way'], number>> = { express: 0, deadline: 1, share: 2 };

/** Of equals the group that started none for the longest time. */
function isFirst(a: FairGroup, b: FairGroup): boolean {
  const one = a.upcoming;
  const other = b.upcoming;
  if (one === undefined || other === undefined) return one !== undefined;
  if (one.way !== other.way) return BEFORE[one.way] < BEFORE[other.way];
  if (one.key !== other.key) return one.key < other.key;
  if (a.lastStart !== b.lastStart) return a.lastStart < b.lastStart;
  return one.entry.task.order < other.entry.task.order;
}
