import { describe, expect, it } from 'vitest';
import type { Effect } from '../spec/tool.ts';
import type { AttemptState, PastAttempt, StepState } from './run-state.ts';
import { unfinishedWork } from './unfinished-work.ts';

function step(
  call: string,
  effect?: Effect,
  result: object | undefined = { output: 1 },
): StepState {
  const id = `${call}-tool`;
  const tool = { id, name: 'x', input: {}, effect: effect ?? 'none', result, question: 'q' };
  return {
    call,
    parts:
      effect === undefined
        ? [{ type: 'text', text: call }]
        : [{ type: 'tool-call', id, name: 'x', input: {} }],
    reason: 'stop',
    tools: new Map(effect === undefined ? [] : [[id, tool]]),
    next: undefined,
    json: undefined,
  } as StepState;
}

function attempt(some: Partial<AttemptState>): AttemptState {
  return {
    id: 'a',
    origin: 'o',
    model: 'm',
    base: undefined,
    failure: undefined,
    ...some,
  } as AttemptState;
}

const SERVER = { kind: 'server', message: 'no', retryable: false, retryAt: undefined } as const;

describe('unfinishedWork', () => {
  it('M10: is the conversation up to the last call of a tool, with where it began', () => {
    const steps = [step('c1', 'none'), step('c2', 'once'), step('c3')];
    const left = unfinishedWork(attempt({ steps, failure: SERVER }), 'failed');
    expect(left).toMatchObject({ attempt: 'a', origin: 'o', base: undefined });
    expect(left?.steps.map(({ call }) => call)).toEqual(['c1', 'c2']);
  });

  it('M10 R2: a call in doubt is asked about anew, by whoever goes on', () => {
    const steps = [step('c1', 'once', undefined)];
    const left = unfinishedWork(attempt({ steps }), 'moved');
    expect(left?.steps[0]?.tools.get('c1-tool')).toMatchObject({
      effect: 'once',
      question: undefined,
    });
    expect(steps[0]?.tools.get('c1-tool')?.question).toBe('q');
  });

  it.each([
    ['no tool was called', { steps: [step('c1')] }, 'moved'],
    ['the last word was said', { steps: [step('c1', 'none'), step('c2')] }, 'moved'],
    ['it was refused', { steps: [step('c1', 'none')] }, 'rejected'],
    ['it was cancelled', { steps: [step('c1', 'none')] }, 'cancelled'],
    ['it went round in circles', { steps: [step('c1', 'none')] }, 'failed'],
    [
      'the request is what is wrong',
      { steps: [step('c1', 'none')], failure: { ...SERVER, kind: 'invalid' } },
      'failed',
    ],
    ['its folder cannot be made again', { steps: [step('c1', 'once')], base: 'b' }, 'moved'],
    [
      'its folder may hold what a failed call left',
      { steps: [step('c1', 'once', { output: 1, isError: true })], base: 'b' },
      'moved',
    ],
    ['no model did it', { steps: [step('c1', 'none')], model: undefined }, 'moved'],
  ] satisfies [string, Partial<AttemptState>, PastAttempt['outcome']][])(
    'M10: is nothing where %s',
    (_, some, outcome) => {
      expect(unfinishedWork(attempt(some), outcome)).toBeUndefined();
    },
  );
});
