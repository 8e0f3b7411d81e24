import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttemptState, StepState, ToolStepState } from '../journal/run-state.ts';
import type { Json } from '../spec/json.ts';
import type { Part } from '../spec/message.ts';
import type { PlanTask } from '../spec/task.ts';
import type { Verdict } from '../spec/validator.ts';
import { nextStep, type Step } from './next-step.ts';

const ask = { kind: 'ask', of: { role: 'reviewer' }, request: 'Right?' } as const;
const pass: Verdict = { kind: 'pass' };
const fail: Verdict = { kind: 'fail', findings: [{ message: 'wrong' }] };
const failure = { kind: 'server', message: 'down', retryable: true, retryAt: undefined } as const;
const openCall = { id: 'c', estimate: { inputTokens: 0, outputTokens: 0, microUsd: 0 } };

describe('nextStep, of a model at work', () => {
  it('R2: asks for a call, lets one in flight end, and leaves a failed one to the scheduler', () => {
    expect(next({})).toEqual({ kind: 'call' });
    expect(next({ openCall })).toEqual({ kind: 'calling' });
    expect(next({ failure, failures: 1 })).toEqual({ kind: 'retry' });
    expect(next({ steps: [answered(['t1'], ['t1'])], failure })).toEqual({ kind: 'retry' });
  });

  it('R1: runs only the tool calls that have no recorded result, then asks for the next call', () => {
    const parts = answered(['t1', 't2', 't3'], []).parts.filter(({ type }) => type === 'tool-call');
    const at = (done: readonly string[]): Step =>
      next({ steps: [answered(['t1', 't2', 't3'], done)] });
    expect(at([])).toEqual({ kind: 'tools', calls: parts });
    expect(at(['t2'])).toEqual({ kind: 'tools', calls: [parts[0], parts[2]] });
    expect(at(['t1', 't2', 't3'])).toEqual({ kind: 'call' });
  });

  it('R2: runs a tool call again that started and did not end', () => {
    const step = answered(['t1'], []);
    step.tools.set('t1', { ...toolStep('t1'), result: undefined });
    expect(next({ steps: [step] })).toMatchObject({ kind: 'tools', calls: [{ id: 't1' }] });
  });

  it('K10: gives up a model that uses tools without end, but not one that answers at last', () => {
    const steps = Array.from({ length: 24 }, () => answered(['t1'], ['t1']));
    expect(next({ steps: steps.slice(1) })).toEqual({ kind: 'call' });
    expect(next({ steps })).toMatchObject({ kind: 'give-up', because: /24 times/ });
    expect(next({ steps: [...steps.slice(1), answered([], [])] })).toMatchObject({
      kind: 'validate',
    });
  });
});

describe('nextStep, of an answer', () => {
  const steps = [answered([], [])];

  it('V1: makes the checks in order, and accepts when all passed', () => {
    const at = (...verdicts: readonly Verdict[]): Step =>
      next({ steps, verdicts: [...verdicts] }, 3);
    expect(at()).toEqual({ kind: 'validate', check: 0 });
    expect(at(pass)).toEqual({ kind: 'validate', check: 1 });
    expect(at(pass, pass, pass)).toEqual({ kind: 'accept' });
    expect(at(pass, fail)).toEqual({ kind: 'reject', check: 1 });
    expect(next({ steps }, 0)).toEqual({ kind: 'accept' });
  });

  it('K9: asks once, waits for the reply, and concludes from it', () => {
    const verdicts = [pass];
    const asked = (reply: string | undefined): Step =>
      next(
        {
          steps,
          verdicts,
          questions: new Map([['q', { check: 1, ask, reply, by: undefined, askedAt: 0 }]]),
        },
        3,
      );
    expect(asked(undefined)).toEqual({ kind: 'asking' });
    expect(asked('yes')).toEqual({ kind: 'conclude', check: 1, reply: 'yes' });
    expect(asked('')).toEqual({ kind: 'conclude', check: 1, reply: '' });
    verdicts[1] = pass;
    expect(asked('yes')).toEqual({ kind: 'validate', check: 2 });
  });
});

describe('nextStep, without a model', () => {
  const step = { tool: 'write_file', input: { path: 'a.ts' } };
  const after = (result: ToolStepState['result']): Step =>
    next({ model: undefined, toolStep: { ...toolStep('a'), result } }, 1, { step });

  it('R2: runs the tool until it has a result, then makes the checks', () => {
    expect(next({ model: undefined }, 1, { step })).toEqual({ kind: 'step', step });
    expect(after(undefined)).toEqual({ kind: 'step', step });
    expect(after({ output: 'done', isError: false })).toEqual({ kind: 'validate', check: 0 });
  });

  it('K9: waits for a person where the tool is in doubt, then goes on or gives up', () => {
    const inDoubt = (reply: string | undefined): Step => {
      const tool = { ...toolStep('a'), result: undefined, question: 'q' };
      const questions = new Map([
        ['q', { check: undefined, ask, reply, by: undefined, askedAt: 0 }],
      ]);
      return next({ model: undefined, toolStep: tool, questions }, 1, { step });
    };
    expect(inDoubt(undefined)).toEqual({ kind: 'asking' });
    expect(inDoubt('not done')).toEqual({ kind: 'step', step });
    expect(inDoubt('give up')).toEqual({
      kind: 'abandon',
      because: 'a person gave up on read, which was interrupted',
    });
  });

  it('T6: gives up in words when the tool failed', () => {
    const failed = (output: Json): Step => after({ output, isError: true });
    expect(failed('no such file')).toEqual({ kind: 'give-up', because: 'no such file' });
    expect(failed({ errno: 2 })).toEqual({ kind: 'give-up', because: '{"errno":2}' });
  });

  it('V1: a task of checks alone goes to its checks', () => {
    expect(next({ model: undefined }, 2, { kind: 'check' })).toEqual({
      kind: 'validate',
      check: 0,
    });
  });
});

describe('nextStep, always', () => {
  const ids = ['t1', 't2', 't3'];
  const stepStates = fc
    .tuple(fc.subarray(ids), fc.subarray(ids))
    .map(([wanted, done]) => answered(wanted, done));
  const verdict = fc.constantFrom(pass, fail);
  const attempts = fc.record({
    model: fc.constantFrom('m', undefined),
    steps: fc.array(stepStates, { maxLength: 26 }),
    openCall: fc.constantFrom(undefined, openCall),
    failure: fc.constantFrom(undefined, failure),
    toolStep: fc.constantFrom(undefined, toolStep('a')),
    verdicts: fc.array(fc.tuple(fc.nat(3), verdict)).map(byPosition),
    questions: fc
      .array(fc.tuple(fc.nat(3), fc.constantFrom(undefined, 'yes')))
      .map(
        (all) =>
          new Map(
            all.map(([check, reply]) => [
              `q${check}`,
              { check, ask, reply, by: undefined, askedAt: 0 },
            ]),
          ),
      ),
  });
  const tasks = fc.constantFrom<Partial<PlanTask>>({}, { step: { tool: 'x', input: null } });

  it('R2: tells one step for every state, the same each time, and changes nothing', () => {
    fc.assert(
      fc.property(attempts, tasks, fc.nat(4), (attempt, task, checks) => {
        const before = structuredClone(attempt);
        const step = next(attempt, checks, task);
        expect(next(attempt, checks, task)).toEqual(step);
        expect(attempt).toEqual(before);
      }),
    );
  });

  it('R1: never asks for what is recorded', () => {
    fc.assert(
      fc.property(attempts, tasks, fc.nat(4), (attempt, task, checks) => {
        refuseRepetition(attempt, next(attempt, checks, task));
      }),
    );
  });

  it('R1 V1: an attempt that goes on from any record makes each call, tool call and check once', () => {
    const script = fc.array(fc.subarray(ids, { minLength: 1 }), { maxLength: 4 });
    fc.assert(
      fc.property(script, fc.nat(3), (toolUses, checks) => {
        const answers = [...toolUses, []];
        const attempt = state({});
        const made: string[] = [];
        for (let turn = 0; turn < 60; turn++) {
          const step = nextStep(attempt, taskOf({}), checks);
          if (step.kind === 'accept') break;
          made.push(take(attempt, step, answers));
        }
        const expected = answers.flatMap((wanted, at) => [
          `call ${at}`,
          ...wanted.map((id) => `tool ${at}.${id}`),
        ]);
        const verdicts = Array.from({ length: checks }, (_, check) => `check ${check}`);
        expect(made).toEqual([...expected, ...verdicts]);
      }),
    );
  });
});

function refuseRepetition(attempt: Partial<AttemptState>, step: Step): void {
  const last = attempt.steps?.at(-1);
  const questioned = [...(attempt.questions?.values() ?? [])].map(({ check }) => check);
  switch (step.kind) {
    case 'call':
      expect(attempt.openCall).toBeUndefined();
      expect(last?.parts.every(({ type }) => type !== 'tool-call')).not.toBe(true);
      return;
    case 'tools':
      expect(step.calls.length).toBeGreaterThan(0);
      for (const { id } of step.calls) expect(last?.tools.get(id)?.result).toBeUndefined();
      return;
    case 'step':
      expect(attempt.toolStep?.result).toBeUndefined();
      return;
    case 'validate':
      expect(questioned).not.toContain(step.check);
      expect(attempt.verdicts?.[step.check]).toBeUndefined();
      return;
    case 'conclude':
      expect(attempt.verdicts?.[step.check]).toBeUndefined();
      return;
    default:
  }
}

function byPosition(entries: readonly (readonly [number, Verdict])[]): (Verdict | undefined)[] {
  const verdicts: (Verdict | undefined)[] = [];
  for (const [check, verdict] of entries) verdicts[check] = verdict;
  return verdicts;
}

/** Records what one step comes to, one tool result at a time, as after an end of the process in between. */
function take(attempt: AttemptState, step: Step, answers: readonly (readonly string[])[]): string {
  const at = attempt.steps.length;
  switch (step.kind) {
    case 'call':
      attempt.steps.push(answered(answers[at] ?? [], []));
      return `call ${at}`;
    case 'tools': {
      const id = step.calls[0]?.id ?? '';
      attempt.steps.at(-1)?.tools.set(id, toolStep(id));
      return `tool ${at - 1}.${id}`;
    }
    case 'validate':
      attempt.verdicts[step.check] = pass;
      return `check ${step.check}`;
    default:
      return step.kind;
  }
}

function next(attempt: Partial<AttemptState>, checks = 1, task: Partial<PlanTask> = {}): Step {
  return nextStep(state(attempt), taskOf(task), checks);
}

function state(some: Partial<AttemptState>): AttemptState {
  return {
    id: 'a',
    origin: 'a',
    run: 'r',
    task: 't',
    model: 'm',
    prompt: undefined,
    base: undefined,
    steps: [],
    openCall: undefined,
    hedge: undefined,
    spare: undefined,
    failure: undefined,
    failures: 0,
    tries: 0,
    strikes: 0,
    failingSince: undefined,
    failedAt: undefined,
    recovered: undefined,
    fit: undefined,
    maxTokens: undefined,
    toolStep: undefined,
    verdicts: [],
    questions: undefined,
    change: undefined,
    ...some,
  };
}

function taskOf(some: Partial<PlanTask>): PlanTask {
  return {
    key: 't',
    title: 'Task',
    instruction: 'Do it.',
    kind: 'code',
    needs: [],
    files: [],
    priority: 'medium',
    checks: [],
    ...some,
  };
}

/** A step in which the model asked for some tools, and some have answered. */
function answered(wanted: readonly string[], done: readonly string[]): StepState {
  const calls = wanted.map((id): Part => ({ type: 'tool-call', id, name: 'read', input: {} }));
  return {
    call: 'c',
    parts: [{ type: 'text', text: 'hm' }, ...calls],
    reason: wanted.length === 0 ? 'stop' : 'tool-calls',
    tools: new Map(done.map((id) => [id, toolStep(id)])),
    next: undefined,
    json: undefined,
  };
}

function toolStep(id: string): ToolStepState {
  const result = { output: 'done', isError: false };
  return { id, name: 'read', input: {}, effect: 'none', result, question: undefined };
}
