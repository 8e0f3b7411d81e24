/** A task to be scheduled, which does nothing when its turn comes. */
export interface ScheduledTask {
  readonly id: string;
  /** 0 to 3, the highest first. */
  readonly priority: number;
  /** Whose it is. */
  readonly flow: string;
  /** Which of five models does it, 0 to 4. */
  readonly model: number;
  /** Ms from now by which it must start, for one in ten. */
  readonly deadlineMs: number | undefined;
}

/** Flows that tasks are of. */
const FLOWS = 20;

/** The task at a place, the same every time. */
export function scheduledTask(index: number): ScheduledTask {
  const chance = Math.imul(index + 1, 2_654_435_761) >>> 0;
  return {
    id: `task-${index}`,
    priority: chance % 4,
    flow: `flow-${(chance >>> 4) % FLOWS}`,
    model: (chance >>> 12) % 5,
    deadlineMs: index % 10 === 0 ? (chance >>> 8) % 600_000 : undefined,
  };
}
