import type { Json, JsonObject } from '../spec/json.ts';
import type { Check, TaskInput } from '../spec/task.ts';
import type { ToolPermission } from '../spec/tool.ts';
import type { Validator } from '../spec/validator.ts';
import { isGranted } from '../tool/granted.ts';

/** Which checks a model's plan may ask for, and which its tasks get in any case. */
export interface PlanChecks {
  readonly kinds: readonly string[];
  readonly always: readonly Check[];
  /** What all tasks of the plan together must pass in the end; absent in journals of before there were such. */
  readonly whole?: readonly Check[];
  /** Whether the plan may have several models answer a task; the default is that it may not. */
  readonly ensembles?: boolean;
  /** The run ends with the plan and works none of its tasks; the default is to go on with them. */
  readonly only?: boolean;
}

/** Made for every task anyway, no proof by itself, or meant for the plan itself. */
const NOT_CHOSEN: readonly string[] = [
  ...['answer', 'arithmetic', 'plan', 'goal'],
  ...['approve', 'patch', 'mend'],
];

/**
 * The checks that a model may choose for the tasks that it plans: those that need no leave beyond what the overseer role
 * was granted, so that a plan cannot have a command of its own run.
 */
export function plannableChecks(
  validators: ReadonlyMap<string, Validator>,
  grants: readonly ToolPermission[],
): readonly string[] {
  return [...validators].flatMap(([name, { permissions = [] }]) =>
    NOT_CHOSEN.includes(name) || !isGranted({ permissions }, grants) ? [] : [name],
  );
}

/** The plan task's own check, which keeps on record what its plan may ask for. */
export function planCheck({ kinds, always, whole = [], ensembles, only }: PlanChecks): Check {
  const value: JsonObject = {
    kinds,
    always: always.map(toJson),
    ...(whole.length === 0 ? {} : { whole: whole.map(toJson) }),
    ...(ensembles === undefined ? {} : { ensembles }),
    ...(only === undefined ? {} : { only }),
  };
  return { kind: 'plan', value };
}

/** Reads what `planCheck` wrote; `undefined` where a plan task has no such check. */
export function readPlanCheck(value: Json | undefined): PlanChecks | undefined {
  if (typeof value !== 'object' || value === null || !('kinds' in value)) return undefined;
  // Written by `planCheck` and by nobody else.
  return value as unknown as PlanChecks;
}

/**
 * The checks of a planned task: its own, that the files it names were written where that can be checked, and what the
 * host wants of all. A task that has none of these is reviewed: nothing is done without proof.
 */
export function checksOfPlanned(
  { checks = [], files = [] }: TaskInput,
  { kinds, always }: PlanChecks,
): readonly Check[] {
  const writes: readonly Check[] =
    files.length > 0 && kinds.includes('files') ? [{ kind: 'files' }] : [];
  const all = new Map<string, Check>();
  for (const check of [...checks, ...writes, ...always]) {
    // A task names its files once; a second check of them would say nothing more.
    all.set(check.kind === 'files' ? 'files' : JSON.stringify(toJson(check)), check);
  }
  return all.size === 0 ? [{ kind: 'review' }] : [...all.values()];
}

function toJson({ kind, value }: Check): JsonObject {
  return value === undefined ? { kind } : { kind, value };
}
