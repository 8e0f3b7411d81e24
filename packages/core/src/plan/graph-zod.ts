import { z } from 'zod';
import { PRIORITIES } from '../internal/priorities.ts';
import type { Json } from '../spec/json.ts';
import type { TaskGraph, TaskInput } from '../spec/task.ts';
import type { ComparedTask } from './compared-tasks.ts';

const text = z.string();
const maybeText = maybe(text);
const texts = maybe(z.array(text));
/** What was read from JSON holds nothing else; a schema that copied it would lose the key `__proto__`. */
const json = z.custom<Json>((value) => value !== undefined, 'expected a value');
const amount = maybe(z.number().nonnegative());
const moment = z.custom<number>(
  (value) => Number.isFinite(value) && Number(value) >= 0,
  'expected a moment, in ms since 1970',
);
/** For ever is infinity, which JSON cannot hold. */
const waitMs = z.custom<number>(
  (value) => typeof value === 'number' && value >= 0,
  'expected a number of ms from 0 on',
);

const fields = {
  key: maybeText,
  title: maybeText,
  instruction: text,
  kind: maybeText,
  needs: texts,
  files: texts,
  role: maybeText,
  phase: maybeText,
  priority: maybe(z.enum(PRIORITIES)),
  checks: maybe(z.array(z.strictObject({ kind: text, value: maybe(json) }))),
  step: maybe(z.strictObject({ tool: text, input: json })),
  origin: maybe(z.strictObject({ file: text, uid: text })),
  cache: maybe(z.literal(false)),
  budget: maybe(
    z.strictObject({
      usd: amount,
      tokens: amount,
      calls: amount,
      warnAt: maybe(z.array(z.number())),
    }),
  ),
  deadlineAt: maybe(moment),
  maxWaitMs: maybe(waitMs),
  model: maybeText,
  notBy: texts,
  grants: texts,
  ensemble: maybe(
    z.strictObject({
      kind: z.enum(['best-of', 'vote', 'merge']),
      of: z.int(),
      models: texts,
      judge: maybeText,
    }),
  ),
};

const task: z.ZodType<TaskInput> = z.strictObject(fields);
const graph = { title: maybeText, context: maybeText, tasks: z.array(task) };

/** A graph of tasks that was written down: its title, its context and its tasks. */
export const graphSchema: z.ZodType<Pick<TaskGraph, 'title' | 'context' | 'tasks'>> =
  z.strictObject(graph);

/** A graph of tasks that a program gives. Budgets of tasks are looked at with that of their run. */
export const hostGraphSchema: z.ZodType = z.strictObject({
  ...graph,
  tasks: z.array(z.strictObject({ ...fields, budget: z.unknown().optional() })),
  diagnostics: z.unknown().optional(),
  source: maybe(z.looseObject({ spec: z.literal('task-source/1') })),
});

const { key, title, instruction, kind, role, priority, checks } = fields;
const compared: Readonly<Record<keyof ComparedTask, z.ZodType>> = {
  key,
  title,
  instruction,
  kind,
  role,
  priority,
  checks,
};

/** A task that several models are to do, as the one task of a graph. */
export const comparedSchema: z.ZodType = z.strictObject({
  tasks: z.array(z.strictObject(compared)),
});

/** What may be left out: programs write `undefined` for that too. */
function maybe<T extends z.ZodType>(schema: T): z.ZodExactOptional<T> {
  return schema.optional() as z.ZodType as z.ZodExactOptional<T>;
}
