import { knownPriority } from '../internal/priorities.ts';
import type { Priority } from '../spec/task.ts';
import { PRIORITY_WEIGHT, type ReadyTask } from './ready-task.ts';

/** One flow's tasks of one priority: what fair shares are given to. */
export interface Lane {
  readonly flow: string;
  readonly priority: Priority;
  /** The flow's weight times the priority's. */
  weight: number;
  /** How many groups it has tasks waiting in. */
  waitingIn: number;
  /** What it was charged for starts by its share, over all groups: costs divided by weights. */
  charged: number;
  /** Order of coming. */
  readonly born: number;
}

/** The lanes that have something waiting. */
export class Lanes {
  readonly #flows = new Map<string, Map<Priority, Lane>>();
  #born = 0;

  /** The lane of a task; its flow's latest weight counts. A word that is no priority counts as `medium`. */
  of({ flow, priority: word, weight }: ReadyTask): Lane {
    const priority = knownPriority(word);
    const flowWeight = weight * PRIORITY_WEIGHT[priority];
    let lanes = this.#flows.get(flow);
    if (lanes === undefined) {
      lanes = new Map();
      this.#flows.set(flow, lanes);
    }
    let lane = lanes.get(priority);
    if (lane === undefined) {
      this.#born += 1;
      const born = this.#born;
      lane = { flow, priority, weight: flowWeight, waitingIn: 0, charged: 0, born };
      lanes.set(priority, lane);
    }
    lane.weight = flowWeight;
    return lane;
  }

  /** The lane of a task, if it has something waiting. */
  find({ flow, priority }: Pick<ReadyTask, 'flow' | 'priority'>): Lane | undefined {
    return this.#flows.get(flow)?.get(knownPriority(priority));
  }

  /** A lane has nothing waiting any more in one of its groups. */
  leave(lane: Lane): void {
    lane.waitingIn -= 1;
    if (lane.waitingIn > 0) return;
    const lanes = this.#flows.get(lane.flow);
    lanes?.delete(lane.priority);
    if (lanes?.size === 0) this.#flows.delete(lane.flow);
  }

  /** The same lanes again, and which of the copies stands for which. */
  copy(): { readonly lanes: Lanes; readonly copyOf: ReadonlyMap<Lane, Lane> } {
    const lanes = new Lanes();
    const copyOf = new Map<Lane, Lane>();
    lanes.#born = this.#born;
    for (const [flow, known] of this.#flows) {
      const copies = new Map<Priority, Lane>();
      for (const [priority, lane] of known) {
        const copy = { ...lane };
        copies.set(priority, copy);
        copyOf.set(lane, copy);
      }
      lanes.#flows.set(flow, copies);
    }
    return { lanes, copyOf };
  }
}
