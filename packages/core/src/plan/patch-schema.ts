import { findJson } from '../internal/find-json.ts';
import type { JsonObject } from '../spec/json.ts';
import type { TaskInput } from '../spec/task.ts';
import { planJsonSchema, readPlannedTasks } from './plan-schema.ts';

/** The form of another way for a task: flat and strict, so that every provider's structured output takes it. */
export const patchJsonSchema: JsonObject = {
  type: 'object',
  properties: {
    action: { type: 'string', enum: ['replace', 'change', 'give-up'] },
    because: { type: 'string' },
    ...(planJsonSchema['properties'] as JsonObject),
  },
  required: ['action', 'because', 'tasks'],
  additionalProperties: false,
};

/** Another way for a task that could not be done. */
export interface PlanPatch {
  /** `replace`: other tasks do it; `change`: it is tried again as it is said now; `give-up`: it cannot be done. */
  readonly action: 'replace' | 'change' | 'give-up';
  readonly because: string;
  readonly tasks: readonly TaskInput[];
}

/** A patch that was read, or what is wrong with it in words. */
export type ParsedPatch =
  | { readonly ok: true; readonly patch: PlanPatch }
  | { readonly ok: false; readonly problems: readonly string[] };

const ACTIONS: readonly unknown[] = ['replace', 'change', 'give-up'];
/** Characters of a reason. */
const MOST = 2_000;
/** Tasks that stand in for one. */
const MOST_TASKS = 20;

/** Reads a model's patch, with or without words around it, and checks its form. Never throws. */
export async function parsePatch(answer: string): Promise<ParsedPatch> {
  const found = findJson(answer, 'action');
  if (found.kind === 'absent')
    return wrong('The answer holds no JSON object; answer with it alone.');
  if (found.kind === 'broken') return wrong(`The answer is not JSON: ${found.because}`);
  const { action, because, tasks } = found.value as Readonly<Record<string, unknown>>;
  if (!ACTIONS.includes(action)) return wrong('"action" is one of: replace, change, give-up.');
  if (typeof because !== 'string' || because.trim() === '') {
    return wrong('"because" says in words why this way.');
  }
  const patch = { action: action as PlanPatch['action'], because: because.trim().slice(0, MOST) };
  if (patch.action === 'give-up') return { ok: true, patch: { ...patch, tasks: [] } };
  const read = await readPlannedTasks({ tasks });
  if (!read.ok) return read;
  if (patch.action === 'change' && read.tasks.length !== 1) {
    return wrong('To change a task, give exactly one task: as it shall be.');
  }
  if (read.tasks.length > MOST_TASKS) return wrong(`At most ${MOST_TASKS} tasks stand in for one.`);
  return { ok: true, patch: { ...patch, tasks: read.tasks } };
}

function wrong(problem: string): ParsedPatch {
  return { ok: false, problems: [problem] };
}
