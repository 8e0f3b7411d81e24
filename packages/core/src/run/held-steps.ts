import { Heap } from '../internal/heap.ts';
import { KeyedHeap, setPlace } from '../internal/keyed-heap.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import type { ToolCall } from '../limit/tool-rules.ts';
import type { ToolWait } from './tool-wait.ts';

/** By how many places whoever a person put first is before all others. */
const AHEAD = 2 ** 50;

/** A step that its tool keeps waiting. Times are epoch ms. */
export interface HeldStep {
  readonly run: RunState;
  readonly task: TaskState;
  /** What its quotas count; `undefined` where none does. */
  readonly call: ToolCall | undefined;
  readonly readyAt: number;
  /** When it has waited as long as it may; infinity for never. */
  readonly expiresAt: number;
}

/** Steps that get the same answer of their tool, in the order in which they asked, and what the first was told last. */
export interface HeldLine {
  readonly steps: readonly HeldStep[];
  readonly wait: ToolWait;
}

interface Held {
  step: HeldStep;
  readonly line: Line;
  order: number;
  place: number;
  expiryPlace: number;
}

interface Line {
  readonly name: string;
  readonly steps: KeyedHeap<Held>;
  wait: ToolWait;
}

/**
 * Steps that their tools keep waiting, in lines: a line is looked at by its first alone, so that a long one costs no more
 * than a short one. The first of all that can go is the one that asked first.
 */
export class HeldSteps {
  readonly #lines = new Map<string, Line>();
  /** By run, then by the key of the task. */
  readonly #runs = new Map<string, Map<string, Held>>();
  readonly #expiring = new KeyedHeap<Held>(askedSooner, setExpiryPlace);
  #order = 0;
  #size = 0;

  /** How many steps wait. */
  get size(): number {
    return this.#size;
  }

  /** When the first has waited as long as it may, epoch ms; `undefined` where none ever has. */
  get expiresAt(): number | undefined {
    return this.#expiring.peek()?.step.expiresAt;
  }

  /** Whether a task waits here. */
  has(run: string, task: string): boolean {
    return this.#runs.get(run)?.has(task) === true;
  }

  /** What those of a line wait for; `undefined` where nobody stands in it. */
  waitOf(line: string): ToolWait | undefined {
    return this.#lines.get(line)?.wait;
  }

  /** Puts a step at the end of a line. */
  put(name: string, step: HeldStep, wait: ToolWait): void {
    const line = this.#lines.get(name) ?? this.#begin(name, wait);
    this.#order += 1;
    const order = step.task.expedited ? this.#order - AHEAD : this.#order;
    const held: Held = { step, line, order, place: -1, expiryPlace: -1 };
    line.steps.push(held, order);
    this.#size += 1;
    if (step.expiresAt < Number.POSITIVE_INFINITY) this.#expiring.push(held, step.expiresAt);
    const { id } = step.run;
    const tasks = this.#runs.get(id) ?? new Map<string, Held>();
    this.#runs.set(id, tasks.set(step.task.task.key, held));
  }

  /** Puts a task before all others, if it waits here; several that are first keep the order in which they asked. */
  putFirst(run: string, task: string): void {
    const held = this.#runs.get(run)?.get(task);
    if (held === undefined || held.order <= 0) return;
    held.order -= AHEAD;
    held.line.steps.rekey(held.place, held.order);
  }

  /** Puts a task that was first where it would stand if it had never been. */
  putBack(run: string, task: string): void {
    const held = this.#runs.get(run)?.get(task);
    if (held === undefined || held.order > 0) return;
    held.order += AHEAD;
    held.line.steps.rekey(held.place, held.order);
  }

  /** Lets go of a task, if it waits here. */
  remove(run: string, task: string): void {
    const held = this.#runs.get(run)?.get(task);
    if (held !== undefined) this.#takeOut(held);
  }

  /** Lets go of all that waits of a run. */
  removeRun(run: string): void {
    for (const held of [...(this.#runs.get(run)?.values() ?? [])]) this.#takeOut(held);
  }

  /**
   * Offers the first of each line in the order in which they asked: `start` says what one still waits for, which the rest of its
   * line waits for too, or nothing for one that waits no more; then the next is offered.
   */
  offer(start: (step: HeldStep) => ToolWait | undefined): void {
    const lines = new Heap<Line>((a, b) => orderOf(a) < orderOf(b));
    for (const line of this.#lines.values()) lines.push(line);
    for (let line = lines.pop(); line !== undefined; line = lines.pop()) {
      const first = line.steps.peek();
      if (first === undefined) continue;
      const wait = start(first.step);
      if (wait === undefined) {
        // It may be out already, with its whole run.
        if (first.place >= 0) this.#takeOut(first);
        lines.push(line);
      } else line.wait = wait;
    }
  }

  /** Gives back those that have waited as long as they may, and what for. */
  takeExpired(nowMs: number, expired: (step: HeldStep, wait: ToolWait) => void): void {
    for (
      let first = this.#expiring.peek();
      first !== undefined && first.step.expiresAt <= nowMs;
      first = this.#expiring.peek()
    ) {
      this.#takeOut(first);
      expired(first.step, first.line.wait);
    }
  }

  /** The lines as they stand, in the order of their first. */
  list(): readonly HeldLine[] {
    return [...this.#lines.values()]
      .sort((a, b) => orderOf(a) - orderOf(b))
      .map(({ steps, wait }) => ({
        wait,
        steps: [...steps.items].sort((a, b) => a.order - b.order).map(({ step }) => step),
      }));
  }

  /** Changes the times of every step. */
  retime(timesOf: (step: HeldStep) => Pick<HeldStep, 'readyAt' | 'expiresAt'>): void {
    for (const tasks of this.#runs.values()) {
      for (const held of tasks.values()) {
        if (held.expiryPlace >= 0) this.#expiring.remove(held.expiryPlace);
        held.step = { ...held.step, ...timesOf(held.step) };
        const { expiresAt } = held.step;
        if (expiresAt < Number.POSITIVE_INFINITY) this.#expiring.push(held, expiresAt);
      }
    }
  }

  #begin(name: string, wait: ToolWait): Line {
    const line = { name, steps: new KeyedHeap<Held>(askedSooner, setPlace), wait };
    this.#lines.set(name, line);
    return line;
  }

  #takeOut(held: Held): void {
    const { step, line, place } = held;
    line.steps.remove(place);
    if (line.steps.size === 0) this.#lines.delete(line.name);
    if (held.expiryPlace >= 0) this.#expiring.remove(held.expiryPlace);
    this.#size -= 1;
    const tasks = this.#runs.get(step.run.id);
    tasks?.delete(step.task.task.key);
    if (tasks?.size === 0) this.#runs.delete(step.run.id);
  }
}

function askedSooner(a: Held, b: Held): boolean {
  return a.order < b.order;
}

function setExpiryPlace(held: Held, place: number): void {
  held.expiryPlace = place;
}

function orderOf({ steps }: Line): number {
  return steps.peek()?.order ?? Number.POSITIVE_INFINITY;
}
