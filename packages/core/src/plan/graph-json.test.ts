import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../spec/json.ts';
import type { TaskGraph, TaskInput } from '../spec/task.ts';
import { readGraph, writeGraph } from './graph-json.ts';

const GRAPH: TaskGraph = {
  title: 'All of it',
  context: 'A fact.',
  tasks: [
    { instruction: 'x' },
    {
      key: 'b',
      title: 'B',
      instruction: 'y',
      kind: 'code',
      needs: ['a'],
      files: ['b.ts'],
      role: 'coder',
      phase: 'one',
      priority: 'high',
      checks: [{ kind: 'tsc' }, { kind: 'schema', value: { type: 'object' } }],
      step: { tool: 'echo', input: { deep: [1, null, true] } },
      origin: { file: 'tasks.md', uid: 'T001' },
      cache: false,
      budget: { usd: 1, tokens: 2, calls: 3, warnAt: [0.5] },
      deadlineAt: 1,
      maxWaitMs: 2,
      grants: ['write'],
      model: 'm',
      notBy: ['a'],
      ensemble: { kind: 'vote', of: 2, models: ['m'], judge: 'reviewer' },
    },
  ],
};

describe('a graph as JSON', () => {
  it('K1: is read as it was written, whatever it holds', async () => {
    expect(await readGraph(writeGraph(GRAPH))).toEqual(GRAPH);
    const source = { spec: 'task-source/1', files: [] } as unknown as NonNullable<
      TaskGraph['source']
    >;
    expect(await readGraph(writeGraph({ ...GRAPH, source, diagnostics: [] }))).toEqual(GRAPH);
    const odd = writeGraph({
      tasks: [
        {
          instruction: 'x',
          step: { tool: 'a', input: JSON.parse('{ "__proto__": { "b": [] } }') },
        },
      ],
    });
    expect(odd).toContain('"__proto__"');
    expect(writeGraph(await readGraph(odd))).toBe(odd);
    const check = fc.record({ kind: fc.string(), value: fc.jsonValue() as fc.Arbitrary<Json> });
    const task: fc.Arbitrary<TaskInput> = fc.record({
      key: fc.string(),
      instruction: fc.string(),
      needs: fc.array(fc.string()),
      checks: fc.array(check),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(task), async (tasks) => {
        const text = writeGraph({ tasks });
        expect(writeGraph(await readGraph(text))).toBe(text);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['{', 'not JSON'],
    ['[]', 'plan: expected an object, found an array'],
    ['{"tasks": 1}', 'tasks: expected an array, found 1'],
    ['{"tasks": [{}]}', 'tasks[0].instruction: expected a string, found nothing'],
    ['{"tasks": [], "goals": ""}', 'no field "goals"; the fields are title, context, tasks'],
    [
      '{"tasks": [{"instruction": "x", "dependsOn": []}]}',
      'tasks[0]: there is no field "dependsOn"; say in needs',
    ],
    [
      '{"tasks": [{"instruction": "x", "checks": [{"kind": "tsc", "values": 1}]}]}',
      'did you mean value? the fields are kind, value.',
    ],
    [
      '{"tasks": [{"instruction": "x", "budget": {"usd": -1, "dollar": 1}}]}',
      'the fields are usd, tokens, calls, warnAt',
    ],
    ['{"tasks": [{"instruction": "x", "priority": "urgent"}]}', 'critical, high, medium, low'],
  ])('K1 M18: %s is refused with what is wrong', async (json, why) => {
    await expect(readGraph(json)).rejects.toMatchObject({
      code: 'plan.form',
      message: expect.stringContaining(why),
    });
  });
});
