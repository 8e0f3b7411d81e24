import { z } from 'zod';

const id = z
  .string()
  .regex(
    /^[\w.-]{1,64}$/,
    'a project is named with 1 to 64 letters, digits, dots, dashes and underscores',
  );

const name = z.string().trim().min(1).max(200);

const check = z.strictObject({ kind: z.string().min(1), value: z.json().optional() });

const phase = z.strictObject({
  name,
  deliverables: z
    .array(
      z.strictObject({
        name,
        file: z.string().min(1).optional(),
        task: z.string().min(1).optional(),
      }),
    )
    .max(1_000)
    .optional(),
  checklist: z.array(name).max(1_000).optional(),
  enter: z.array(check).max(100).optional(),
  leave: z.array(check).max(100).optional(),
  next: z.array(name).max(100).optional(),
});

const whole = z.strictObject({
  id: id.optional(),
  title: z.string().min(1).max(1_000).optional(),
  metadata: z.record(z.string(), z.json()).optional(),
  checklist: z.array(name).max(1_000).optional(),
  phases: z.array(phase).min(1, 'a project with phases has at least one').max(100).optional(),
});

/** The shape of the option `project`: an id, or a whole project; what its names mean is checked apart. */
export const projectOptions: z.ZodType = z
  .unknown()
  .superRefine((value, context) => {
    const schema: z.ZodType = typeof value === 'object' && value !== null ? whole : id;
    for (const { path, message } of schema.safeParse(value).error?.issues ?? []) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  })
  .optional();
