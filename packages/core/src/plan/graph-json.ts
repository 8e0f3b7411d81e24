import { ConfigError } from '../errors/config-error.ts';
import type { TaskGraph, TaskInput } from '../spec/task.ts';
import { formProblems } from './form-problems.ts';
import { firstLines } from './task-problems.ts';

/** The fields of a task, complete by its type. */
export const TASK_FIELDS: Readonly<Record<keyof TaskInput, true>> = {
  key: true,
  title: true,
  instruction: true,
  kind: true,
  needs: true,
  files: true,
  role: true,
  phase: true,
  priority: true,
  checks: true,
  step: true,
  origin: true,
  cache: true,
  budget: true,
  deadlineAt: true,
  maxWaitMs: true,
  model: true,
  notBy: true,
  grants: true,
  ensemble: true,
};

/** A graph as JSON that people can read and change; what ties it to documents, `diagnostics` and `source`, is left out. */
export function writeGraph({ title, context, tasks }: TaskGraph): string {
  // In one order, whatever they were made by, so that two of them can be compared.
  const ordered = tasks.map((task) =>
    Object.fromEntries(
      (Object.keys(TASK_FIELDS) as (keyof TaskInput)[]).flatMap((field) =>
        task[field] === undefined ? [] : [[field, task[field]]],
      ),
    ),
  );
  return `${JSON.stringify({ title, context, tasks: ordered }, null, 2)}\n`;
}

/**
 * Reads what `writeGraph` wrote and a person may have changed. Only its form is looked at: keys and needs are when it
 * is run or estimated. Rejects with `ConfigError` `plan.form`, one line a problem. What it says is done: read only
 * graphs whose commands and tools you would run yourself.
 */
export async function readGraph(
  json: string,
): Promise<Pick<TaskGraph, 'title' | 'context' | 'tasks'>> {
  const value = parse(json);
  // Most programs never read one, and the schema library costs more to load than the kernel.
  const { graphSchema } = await import('./graph-zod.ts');
  const read = graphSchema.safeParse(value);
  if (read.success) return read.data;
  const fields = ['title', 'context', 'tasks'];
  const problems = formProblems(read.error.issues, value, Object.keys(TASK_FIELDS), fields);
  throw new ConfigError('plan.form', firstLines(problems).join('\n'));
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw notJson(cause);
  }
}

function notJson(cause: unknown): ConfigError {
  const because = cause instanceof Error ? cause.message : String(cause);
  return new ConfigError('plan.form', `The graph of tasks is not JSON: ${because}`, { cause });
}
