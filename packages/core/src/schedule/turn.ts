import { Heap } from '../internal/heap.ts';
import type { Entry, FairGroup, Next } from './fair-group.ts';

/** A group in a turn, with what it was compared by when it was put there. */
interface Contender {
  readonly group: FairGroup;
  readonly next: Next;
}

/** One turn of offering: the groups that may still start a task, the first of them first. */
export class Turn {
  /** Tasks that come back when the turn is over. */
  readonly aside: Set<Entry> = new Set();
  readonly #contenders = new Heap<Contender>(isFirst);
  /** What counts of the contenders: what was said of a group before is out of date. */
  readonly #latest = new Map<FairGroup, Contender>();
  readonly #stuck = new Set<FairGroup>();

  /** Puts a group where its first task belongs; does nothing for one that is stuck. */
  put(group: FairGroup, next: Next | undefined): void {
    if (next === undefined || this.#stuck.has(group)) return;
    const contender = { group, next };
    this.#contenders.push(contender);
    this.#latest.set(group, contender);
  }

  /** Takes the first group out; `undefined` when none is left. */
  take(): Contender | undefined {
    for (let one = this.#contenders.pop(); one !== undefined; one = this.#contenders.pop()) {
      if (this.#latest.get(one.group) !== one) continue;
      this.#latest.delete(one.group);
      return one;
    }
    return undefined;
  }

  /** Nothing more of a group can start in this turn. */
  block(group: FairGroup): void {
    this.#stuck.add(group);
    this.#latest.delete(group);
  }
}

const BEFORE: Readonly<Record<Next['way'], number>> = { express: 0, deadline: 1, share: 2 };

/** Of equals the group that started none for the longest time. */
function isFirst(a: Contender, b: Contender): boolean {
  if (a.next.way !== b.next.way) return BEFORE[a.next.way] < BEFORE[b.next.way];
  if (a.next.key !== b.next.key) return a.next.key < b.next.key;
  if (a.group.lastStart !== b.group.lastStart) return a.group.lastStart < b.group.lastStart;
  return a.next.entry.task.order < b.next.entry.task.order;
}
