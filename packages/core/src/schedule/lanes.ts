import type { Priority } from '../spec/task.ts';
import { PRIORITY_WEIGHT, type ReadyTask } from './ready-task.ts';

/** A group in which lanes have tasks that wait. */
export interface LaneGroup {
  /** The lane's weight in this group changed. */
  refresh(lane: Lane, now: number): void;
}

/** One flow's tasks of one priority: what fair shares are given to. */
export interface Lane {
  readonly flow: string;
  readonly priority: Priority;
  /** The flow's weight times the priority's. */
  weight: number;
  /** Those in which it has tasks that wait; its weight is shared out among them. */
  readonly groups: Set<LaneGroup>;
  /** Order of coming. */
  readonly born: number;
}

/** The lanes that have something waiting. */
export class Lanes {
  readonly #flows = new Map<string, Map<Priority, Lane>>();
  #born = 0;

  /** The lane of a task; its flow's latest weight counts. */
  of({ flow, priority, weight }: ReadyTask): Lane {
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
      lane = { flow, priority, weight: flowWeight, groups: new Set(), born };
      lanes.set(priority, lane);
    }
    lane.weight = flowWeight;
    return lane;
  }

  /** The lane of a task, if it has something waiting. */
  find({ flow, priority }: Pick<ReadyTask, 'flow' | 'priority'>): Lane | undefined {
    return this.#flows.get(flow)?.get(priority);
  }

  /** A lane has something waiting in one more group, so that it weighs less in the others. */
  enter(lane: Lane, group: LaneGroup, now: number): void {
    lane.groups.add(group);
    for (const other of lane.groups) if (other !== group) other.refresh(lane, now);
  }

  /** A lane has nothing waiting any more in one of its groups. */
  leave(lane: Lane, group: LaneGroup, now: number): void {
    lane.groups.delete(group);
    for (const other of lane.groups) other.refresh(lane, now);
    if (lane.groups.size > 0) return;
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
        const copy = { ...lane, groups: new Set<LaneGroup>() };
        copies.set(priority, copy);
        copyOf.set(lane, copy);
      }
      lanes.#flows.set(flow, copies);
    }
    return { lanes, copyOf };
  }
}
