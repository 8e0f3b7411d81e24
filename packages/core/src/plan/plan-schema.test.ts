import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../spec/json.ts';
import { type ParsedPlan, parsePlan, planJsonSchema } from './plan-schema.ts';
import { planTask } from './task.fixture.ts';

const task = {
  key: 'a',
  title: 'Write a',
  instruction: 'Write a.',
  kind: 'code',
  needs: [],
  files: ['a.ts'],
  role: null,
  priority: 'high',
  checks: [
    { kind: 'command', value: 'npm test' },
    { kind: 'answer', value: null },
  ],
};

describe('parsePlan', () => {
  it('K1: reads a plan, and takes what is null for what was not said', async () => {
    const written = JSON.stringify({
      tasks: [task, { ...task, key: 'b', role: 'poet', needs: ['a'] }],
    });
    const { role: _none, ...read } = task;
    const checks = [{ kind: 'command', value: 'npm test' }, { kind: 'answer' }];
    expect(await parsePlan(written)).toEqual({
      ok: true,
      tasks: [
        { ...read, checks },
        { ...read, key: 'b', role: 'poet', needs: ['a'], checks },
      ],
    });
  });

  it('K1: reads a plan out of a fence and the words around it', async () => {
    const json = JSON.stringify({ tasks: [task] }, null, 2);
    const answers = [
      `\`\`\`json\n${json}\n\`\`\``,
      `Here is the plan:\n\n\`\`\`\n${json}\n\`\`\`\nGood luck!`,
      `\n\n${json}\n`,
      `\uFEFF${json}`,
      `In {braces}, as {"you", "see"}:\n\`\`\`json\n${json}\n\`\`\``,
    ];
    for (const answer of answers) expect((await parsePlan(answer)).ok).toBe(true);
  });

  it('K1: bears with what a model leaves out, but not with what a task cannot be without', async () => {
    const { key, title, instruction, kind } = task;
    expect(await parsePlan(JSON.stringify({ tasks: [{ key, title, instruction, kind }] }))).toEqual(
      {
        ok: true,
        tasks: [
          { key, title, instruction, kind, needs: [], files: [], priority: 'medium', checks: [] },
        ],
      },
    );
    expect(await problems({ tasks: [{ key, title }] })).toEqual([
      expect.stringMatching(/^tasks\[0\]\.instruction: /),
      expect.stringMatching(/^tasks\[0\]\.kind: /),
    ]);
  });

  it('X5: says of garbage that it is none', async () => {
    for (const answer of ['', 'I cannot plan that.', '}{', '[1, 2]']) {
      expect(await parsePlan(answer)).toEqual({
        ok: false,
        problems: ['The answer holds no JSON object; answer with the plan alone.'],
      });
    }
    expect(problemsOf(await parsePlan('{"tasks": [')).length).toBe(1);
    expect(problemsOf(await parsePlan('{"tasks": [}'))[0]).toMatch(/^The plan is not JSON: /);
    expect(problemsOf(await parsePlan(`{"a":${'['.repeat(200_000)}}`))).toHaveLength(1);
  });

  it('K1: takes 1 to 50 tasks', async () => {
    const many = (count: number): Json => ({
      tasks: Array.from({ length: count }, (_, at) => ({ ...task, key: `k${at}`, files: [] })),
    });
    expect(await problems(many(0))).toEqual(['tasks: a plan has at least one task']);
    expect(await problems(many(50))).toEqual([]);
    expect(await problems(many(51))).toEqual(['tasks: a plan has at most 50 tasks']);
  });

  it('K1: names the place of what is wrong', async () => {
    const wrong = { ...task, key: 'b', priority: 'urgent', needs: 'a' };
    const found = await problems({ tasks: [task, wrong] });
    expect(found).toEqual([
      expect.stringMatching(/^tasks\[1\]\.needs: .*array/),
      expect.stringMatching(/^tasks\[1\]\.priority: .*critical.*high.*medium.*low/),
    ]);
  });

  it('K1: names fields that are not there, and says where an order belongs', async () => {
    for (const field of ['dependsOn', 'depends_on', 'dependencies']) {
      expect(await problems({ tasks: [task, { ...task, key: 'b', [field]: ['a'] }] })).toEqual([
        `tasks[1]: there is no field "${field}"; say in needs which tasks must be done first.`,
      ]);
      expect(await problems({ tasks: [task], [field]: { b: ['a'] } })).toEqual([
        `plan: there is no field "${field}"; each task says in its needs which tasks must be done first.`,
      ]);
    }
    const check = { kind: 'command', val: 'npm test', because: 'so' };
    expect(await problems({ tasks: [{ ...task, file: ['a.ts'], checks: [check] }] })).toEqual([
      'tasks[0].checks[0]: there is no field "val"; did you mean value? the fields are kind, value.',
      'tasks[0].checks[0]: there is no field "because"; the fields are kind, value.',
      'tasks[0]: there is no field "file"; did you mean files? the fields are key, title, instruction, kind, needs, files, role, priority, checks.',
    ]);
  });

  it('K1: takes null for nothing', async () => {
    const nothing = { needs: null, files: null, role: null, priority: null, checks: null };
    expect(await problems({ tasks: [{ ...task, ...nothing }] })).toEqual([]);
  });

  it('X5: says what was found in place of what was expected, 20 times at most', async () => {
    const wrong = { ...task, key: 5, needs: [{}], title: undefined, files: 'a.ts' };
    expect(await problems({ tasks: [wrong] as unknown as Json })).toEqual([
      'tasks[0].key: expected a string, found 5',
      'tasks[0].title: expected a string, found nothing',
      'tasks[0].needs[0]: expected a string, found an object',
      'tasks[0].files: expected an array, found "a.ts"',
    ]);
    const many = await problems({ tasks: Array.from({ length: 50 }, () => ({})) });
    expect(many).toHaveLength(21);
    expect(many.at(-1)).toBe('There are 180 problems more.');
  });

  it('K1: refuses keys that the run has already', async () => {
    const plan = await parsePlan(JSON.stringify({ tasks: [task] }), [planTask('a', [])]);
    expect(problemsOf(plan)).toEqual([
      'The run has a task with the key "a" already; give the new one another key.',
    ]);
  });

  it('K2: refuses unknown needs, circles and keys that are there twice', async () => {
    expect(await problems({ tasks: [{ ...task, needs: ['b', 'c'] }] })).toEqual([
      expect.stringMatching(/^Task a needs "b", which is not there/),
      expect.stringMatching(/^Task a needs "c", which is not there/),
    ]);
    expect(await problems({ tasks: [{ ...task, needs: ['a'] }] })).toEqual([
      expect.stringContaining('a → a'),
    ]);
    expect(await problems({ tasks: [task, task] })).toHaveLength(1);
  });

  it('X5: answers for everything that a model may say', async () => {
    const json = fc.json().map((text) => `{"tasks": ${text}}`);
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), json), async (answer) => {
        const plan = await parsePlan(answer);
        expect(plan.ok || plan.problems.length > 0).toBe(true);
      }),
    );
  });
});

describe('planJsonSchema', () => {
  it('K1: is strict through and through, so that every provider takes it', () => {
    const objects = objectsIn(planJsonSchema);
    expect(objects).toHaveLength(3);
    for (const { properties, required, additionalProperties } of objects) {
      expect(additionalProperties).toBe(false);
      expect(required).toEqual(Object.keys(properties ?? {}));
    }
  });

  it('K1: asks for just what is read', () => {
    const [, taskSchema, checkSchema] = objectsIn(planJsonSchema);
    expect(taskSchema?.required).toEqual(Object.keys(task));
    expect(checkSchema?.required).toEqual(['kind', 'value']);
  });
});

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

/** Every schema of an object, outermost first. */
function objectsIn(schema: Json): readonly ObjectSchema[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const inner = Object.values(schema).flatMap(objectsIn);
  return 'type' in schema && schema['type'] === 'object'
    ? [schema as ObjectSchema, ...inner]
    : inner;
}

async function problems(plan: Json): Promise<readonly string[]> {
  return problemsOf(await parsePlan(JSON.stringify(plan)));
}

function problemsOf(plan: ParsedPlan): readonly string[] {
  return plan.ok ? [] : plan.problems;
}
