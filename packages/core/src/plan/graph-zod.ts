import { z } from 'zod';
import type { Json } from '../spec/json.ts';
import type { TaskGraph, TaskInput } from '../spec/task.ts';

const text = z.string();
const texts = z.array(text);
/** What was read from JSON holds nothing else; a schema that copied it would lose the key `__proto__`. */
const json = z.custom<Json>((value) => value !== undefined, 'expected a value');
const moment = z.number().nonnegative();

const task: z.ZodType<TaskInput> = z.strictObject({
  key: text.exactOptional(),
  title: text.exactOptional(),
  instruction: text,
  kind: text.exactOptional(),
  needs: texts.exactOptional(),
  files: texts.exactOptional(),
  role: text.exactOptional(),
  phase: text.exactOptional(),
  priority: z.enum(['critical', 'high', 'medium', 'low']).exactOptional(),
  checks: z.array(z.strictObject({ kind: text, value: json.exactOptional() })).exactOptional(),
  step: z.strictObject({ tool: text, input: json }).exactOptional(),
  origin: z.strictObject({ file: text, uid: text }).exactOptional(),
  cache: z.literal(false).exactOptional(),
  budget: z
    .strictObject({
      usd: moment.exactOptional(),
      tokens: moment.exactOptional(),
      calls: moment.exactOptional(),
      warnAt: z.array(z.number()).exactOptional(),
    })
    .exactOptional(),
  deadlineAt: moment.exactOptional(),
  maxWaitMs: moment.exactOptional(),
  model: text.exactOptional(),
  notBy: texts.exactOptional(),
  grants: texts.exactOptional(),
  ensemble: z
    .strictObject({
      kind: z.enum(['best-of', 'vote', 'merge']),
      of: z.int(),
      models: texts.exactOptional(),
      judge: text.exactOptional(),
    })
    .exactOptional(),
});

/** A graph of tasks that was written down: its title, its context and its tasks. */
export const graphSchema: z.ZodType<Pick<TaskGraph, 'title' | 'context' | 'tasks'>> =
  z.strictObject({
    title: text.exactOptional(),
    context: text.exactOptional(),
    tasks: z.array(task),
  });
