import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type StandardToolSchema, toolSchema } from './tool-schema.ts';

describe('toolSchema', () => {
  const schema = toolSchema(
    z.strictObject({ path: z.string(), lines: z.array(z.int()).exactOptional() }),
  );

  it('T1: gives the JSON Schema of the input without a dialect', () => {
    expect(schema.jsonSchema).toMatchObject({
      type: 'object',
      properties: { path: { type: 'string' } },
      required: ['path'],
      additionalProperties: false,
    });
    expect(schema.jsonSchema).not.toHaveProperty('$schema');
    expect(schema.jsonSchema).toBe(schema.jsonSchema);
  });

  it('T1: parses what fits and says in words where the rest is wrong', () => {
    expect(schema.parse({ path: 'a' })).toEqual({ ok: true, value: { path: 'a' } });
    const wrong = schema.parse({ path: 'a', lines: [1, 'x'] });
    expect(wrong).toEqual({ ok: false, problems: [expect.stringMatching(/^lines\.1: /)] });
  });

  it('T1: never throws, whatever the schema does', () => {
    const throwing = toolSchema(
      standard(() => {
        throw new Error('broken');
      }),
    );
    expect(throwing.parse(1)).toEqual({ ok: false, problems: [expect.stringContaining('broken')] });
    const waiting = toolSchema(standard(() => Promise.reject(new Error('late'))));
    expect(waiting.parse(1)).toEqual({
      ok: false,
      problems: [expect.stringContaining('asynchronously')],
    });
  });

  it('T1: keeps the list of problems short', () => {
    const issues = Array.from({ length: 100 }, (_, n) => ({
      message: `m${n}`,
      path: [{ key: n }],
    }));
    const parsed = toolSchema(standard(() => ({ issues }))).parse(null);
    expect(parsed).toMatchObject({ ok: false });
    expect(parsed.ok ? [] : parsed.problems).toHaveLength(20);
    expect(parsed.ok ? '' : parsed.problems[3]).toBe('3: m3');
  });
});

type Validate = StandardToolSchema<unknown>['~standard']['validate'];

function standard(validate: Validate): StandardToolSchema<unknown> {
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate,
      jsonSchema: { input: () => ({ type: 'object' }) },
    },
  };
}
