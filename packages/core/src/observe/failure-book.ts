import type { CallEstimate } from '../spec/call-amounts.ts';
import type { RecoveryAction } from '../spec/recovery.ts';
import type { ToolRefusal } from '../spec/tool-caller.ts';
import type { FailureCost, FailureGroup, FailurePlace, FailureReport } from './failure-report.ts';
import { type FailureCause, remedies } from './remedies.ts';

const MOST_GROUPS = 50;
const MOST_NAMES = 20;
/** A message longer than this is cut, in characters. */
const WORDS = 500;

/** A group as it grows. */
export interface GrowingGroup {
  readonly cause: FailureCause;
  readonly where: FailurePlace;
  times: number;
  readonly firstAt: number;
  lastAt: number;
  message: string;
  readonly tried: Partial<Record<RecoveryAction, number>>;
  readonly tasks: Set<string>;
  readonly lost: { -readonly [amount in keyof FailureCost]: number };
}

/** The groups of a report: a bounded number, and a count of what is in none of them. */
export class FailureBook {
  readonly #groups = new Map<string, GrowingGroup>();
  #more = 0;

  /** One failure; its group, where there is still room for one. */
  note(
    cause: FailureCause,
    where: FailurePlace,
    { at, task, message }: { readonly at: number; readonly task: string; readonly message: string },
  ): GrowingGroup | undefined {
    const key = `${cause} ${where.kind} ${where.name}`;
    const group = this.#groups.get(key) ?? this.#begin(key, cause, where, at);
    if (group === undefined) {
      this.#more += 1;
      return undefined;
    }
    group.times += 1;
    group.lastAt = at;
    group.message = message.slice(0, WORDS);
    if (task !== '') group.tasks.add(task);
    return group;
  }

  /** The report; `done` are the tasks that came to a good end after all. */
  report(done: ReadonlySet<string>): FailureReport {
    const groups = [...this.#groups.values()]
      .map((group) => told(group, done))
      .sort((a, b) => b.times - a.times || b.lost.ms - a.lost.ms);
    const lost = nothingLost();
    for (const group of groups) addTo(lost, group.lost.ms, group.lost);
    const times = groups.reduce((sum, group) => sum + group.times, this.#more);
    return { groups, more: this.#more, times, lost };
  }

  #begin(
    key: string,
    cause: FailureCause,
    where: FailurePlace,
    at: number,
  ): GrowingGroup | undefined {
    if (this.#groups.size >= MOST_GROUPS) return undefined;
    const group: GrowingGroup = {
      ...{ cause, where, times: 0, firstAt: at, lastAt: at, message: '' },
      ...{ tried: {}, tasks: new Set<string>(), lost: nothingLost() },
    };
    this.#groups.set(key, group);
    return group;
  }
}

/**
 * Where a call of a tool failed. Names that a model made up are one place, or a model could fill the report with them.
 */
export function placeOfCall(name: string, refused: ToolRefusal | undefined): FailurePlace {
  return { kind: 'tool', name: refused === 'unknown' ? '(unknown)' : name };
}

/** What a group has lost, and what else went by without use. */
export function lose(group: GrowingGroup | undefined, ms: number, cost?: CallEstimate): void {
  if (group !== undefined) addTo(group.lost, ms, cost);
}

/** Something was done about what is in a group. */
export function tried(group: GrowingGroup | undefined, action: RecoveryAction): void {
  if (group !== undefined) group.tried[action] = (group.tried[action] ?? 0) + 1;
}

function told(group: GrowingGroup, done: ReadonlySet<string>): FailureGroup {
  const { tasks, tried: actions, lost, ...rest } = group;
  const open = [...tasks].filter((task) => !done.has(task));
  return {
    ...rest,
    tried: { ...actions },
    lost: { ...lost },
    tasks: [...tasks].slice(0, MOST_NAMES),
    taskCount: tasks.size,
    open: open.slice(0, MOST_NAMES),
    remedy: remedies[group.cause],
  };
}

function nothingLost(): GrowingGroup['lost'] {
  return { ms: 0, inputTokens: 0, outputTokens: 0, microUsd: 0 };
}

function addTo(
  lost: GrowingGroup['lost'],
  ms: number,
  { inputTokens, outputTokens, microUsd }: CallEstimate = {
    inputTokens: 0,
    outputTokens: 0,
    microUsd: 0,
  },
): void {
  lost.ms += Math.max(0, ms);
  lost.inputTokens += inputTokens;
  lost.outputTokens += outputTokens;
  lost.microUsd += microUsd;
}
