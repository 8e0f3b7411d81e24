import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttemptState, StepState } from '../journal/run-state.ts';
import type { Part, ToolCallPart } from '../spec/message.ts';
import type { FinishReason } from '../spec/model.ts';
import type { PlanTask } from '../spec/task.ts';
import { repairOfAnswer, repairOfInput } from './repair-written.ts';

const PLAN: PlanTask = {
  key: 'plan',
  title: 'Plan',
  instruction: 'Plan it.',
  kind: 'plan',
  needs: [],
  files: [],
  priority: 'medium',
  checks: [],
};

/** The JSON that stands for an answer that should be a plan. */
function repaired(text: string, reason: FinishReason = 'other'): unknown {
  const step = stepOf([{ type: 'text', text }], reason);
  // Of an attempt, only its steps have a say.
  const attempt = { steps: [step] } as unknown as AttemptState;
  const { json } = repairOfAnswer(attempt, PLAN) ?? {};
  return json === undefined ? undefined : JSON.parse(json);
}

/** The JSON that stands for the input of a tool call. */
function input(raw: string, reason: FinishReason): unknown {
  const call: ToolCallPart = {
    type: 'tool-call',
    id: 't',
    name: 'x',
    input: null,
    invalid: 'no',
    raw,
  };
  const { json } = repairOfInput(stepOf([call], reason), [call]) ?? {};
  return json === undefined ? undefined : JSON.parse(json);
}

function stepOf(parts: readonly Part[], reason: FinishReason): StepState {
  return { call: 'c', parts, reason, tools: new Map(), next: undefined, json: undefined };
}

const word = fc.string({ maxLength: 3 });
const step = fc.record({
  key: word,
  needs: fc.array(word, { maxLength: 2 }),
  files: fc.jsonValue(),
});
const plan = fc.record({ note: word, tasks: fc.array(step, { minLength: 1, maxLength: 3 }) });

describe('repairOfAnswer', () => {
  it.each<[string, unknown]>([
    ['{"tasks": [{"key": "a"}, {"key": "b"}]', { tasks: [{ key: 'a' }, { key: 'b' }] }],
    ['{"tasks": [{"key": "a"}, {"key": "b"}', undefined],
    ['{"tasks": [{"key": "a"}', undefined],
    ['{"tasks": [{"key": "a", "needs": ["x"]', undefined],
    ['{"tasks": [', undefined],
    ["{'tasks': [{'key': 'a'},]}", { tasks: [{ key: 'a' }] }],
  ])('R9 K1: a plan that ends before its last task does is none: %j', (text, value) => {
    expect(repaired(text)).toEqual(value);
    // What a server says of an answer's end need not be so.
    expect(repaired(text, 'stop')).toEqual(value);
  });

  it('R9 K1: of a plan that was cut anywhere, all tasks are there or none is taken', () => {
    fc.assert(
      fc.property(plan, (whole) => {
        const text = JSON.stringify(whole);
        const { tasks } = JSON.parse(text);
        for (let end = 0; end < text.length; end++) {
          const value = repaired(text.slice(0, end));
          if (value !== undefined) expect(value).toMatchObject({ tasks });
        }
      }),
    );
  });
});

describe('repairOfInput', () => {
  it.each<[string, FinishReason, unknown]>([
    ['{"paths": ["a", "b"', 'tool-calls', { paths: ['a', 'b'] }],
    ['{"paths": ["a", "b"', 'stop', { paths: ['a', 'b'] }],
    ['{"paths": ["a", "b"', 'other', undefined],
    ['{"paths": ["a", "b"', 'content-filter', undefined],
    ['{"paths": ["a", "b"', 'length', undefined],
    ['{"paths": ["a"]', 'other', undefined],
    ["{'paths': ['a']}", 'other', { paths: ['a'] }],
    ["{'paths': ['a']}", 'length', undefined],
    ['{"paths": ["a", "b', 'stop', undefined],
  ])('R9: %j, which ended by %s', (raw, reason, value) => {
    expect(input(raw, reason)).toEqual(value);
  });
});
