import { Heap } from '../internal/heap.ts';
import type { FairGroup, Next } from './fair-group.ts';
import type { Entry } from './strand.ts';

/** One turn of offering: the groups that may still start a task, the first of them first. */
export class Turn {
  /** Tasks that come back when the turn is over. */
  readonly aside: Set<Entry> = new Set();
  readonly #contenders = new Heap<Next>(isFirst);
  /** What counts of the contenders: what was said of a group before is out of date. */
  readonly #latest = new Map<FairGroup, Next>();
  readonly #stuck = new Set<FairGroup>();

  /** Puts a group where its first task belongs; does nothing for one that is stuck or has none. */
  put(next: Next | undefined): void {
    if (next === undefined || this.#stuck.has(next.group)) return;
    this.#contenders.push(next);
    this.#latest.set(next.group, next);
  }

  /** Takes the first task of the first group out; `undefined` when none is left. */
  take(): Next | undefined {
    for (let one = this.#contenders.pop(); one !== undefined; one = this.#contenders.pop()) {
      if (this.#latest.get(one.group) === one) return one;
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
function isFirst(a: Next, b: Next): boolean {
  if (a.way !== b.way) return BEFORE[a.way] < BEFORE[b.way];
  if (a.key !== b.key) return a.key < b.key;
  if (a.group.lastStart !== b.group.lastStart) return a.group.lastStart < b.group.lastStart;
  return a.entry.task.order < b.entry.task.order;
}
