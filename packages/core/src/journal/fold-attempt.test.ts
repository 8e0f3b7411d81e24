import { describe, expect, it } from 'vitest';
import type { Part } from '../spec/message.ts';
import type { EventDraft } from './draft.ts';
import { answerText, foldAttempt } from './fold-attempt.ts';
import { place, planTask } from './history.fixture.ts';
import type { AttemptState, TaskState } from './run-state.ts';

const AT = { run: 'r', task: 'a', attempt: 'a1' };
const NOTHING = { inputTokens: 0, outputTokens: 0, microUsd: 0 };

describe('foldAttempt', () => {
  it('R2: takes the end of a call that changes nothing for all of it', () => {
    const attempt = attemptAfter([
      callStarted('c1'),
      callFinished('c1', [toolCall('t1')]),
      { type: 'tool.finished', ...AT, data: { id: 't1', name: 'read_file', output: 7 } },
    ]);
    const result = { output: 7, isError: false };
    expect(attempt?.steps[0]?.tools.get('t1')).toMatchObject({ effect: 'none', result });
    const step = {
      type: 'tool.finished',
      ...AT,
      data: { id: 'a', name: 'noop', output: 8 },
    } as const;
    expect(textAfter(attemptAfter([step]))).toBe('8');
  });

  it('R2: keeps the prompt as it was sent and every step with what its tools gave', () => {
    const attempt = attemptAfter([
      { type: 'attempt.started', ...AT, data: { messages: [], tools: [], sections: [] } },
      callStarted('c1'),
      callFinished('c1', [toolCall('t1'), toolCall('t2')]),
      toolStarted('t1'),
      { type: 'tool.finished', ...AT, data: { id: 't1', output: 7 } },
      toolStarted('t2'),
    ]);
    expect(attempt?.prompt).toEqual({ messages: [], tools: [], framework: undefined });
    expect(attempt?.openCall).toBeUndefined();
    expect(attempt?.steps).toHaveLength(1);
    const tools = attempt?.steps[0]?.tools;
    expect(tools?.get('t1')?.result).toEqual({ output: 7, isError: false });
    expect(tools?.get('t2')?.result).toBeUndefined();
    expect(attempt?.steps[0]?.tools.has('t3')).toBe(false);
  });

  it('R1: knows a call without an end, and no longer when it ended', () => {
    const open = attemptAfter([callStarted('c1')]);
    expect(open?.openCall).toEqual({ id: 'c1', estimate: NOTHING });
    expect(attemptAfter([callStarted('c1'), callFailed('c1')])?.openCall).toBeUndefined();
  });

  it('R9: counts the failures in a row, and forgets them with the call that succeeds', () => {
    const failed = attemptAfter([
      callStarted('c1'),
      callFailed('c1'),
      callStarted('c2'),
      callFailed('c2'),
    ]);
    expect(failed).toMatchObject({
      failures: 2,
      failure: { kind: 'server', retryable: true, retryAt: 99 },
    });
    const cured = attemptAfter([
      callStarted('c1'),
      callFailed('c1'),
      callStarted('c2'),
      callFinished('c2', []),
    ]);
    expect(cured).toMatchObject({ failures: 0, failure: undefined });
  });

  it('V2: puts an attempt that ended among the past, with its answer and what was wrong', () => {
    const findings = [{ message: 'wrong' }];
    const task = taskAfter([
      callStarted('c1'),
      callFinished('c1', [{ type: 'text', text: 'draft' }]),
      { type: 'attempt.ended', ...AT, data: { outcome: 'rejected', because: 'wrong', findings } },
    ]);
    expect(task).toMatchObject({ status: 'open', attempt: undefined });
    expect(task.past).toEqual([
      {
        id: 'a1',
        model: 'm',
        outcome: 'rejected',
        because: 'wrong',
        isLast: false,
        isDoubted: false,
        answer: 'draft',
        findings,
      },
    ]);
  });

  it('L8: an answer was doubted where it was moved on from, and not where somebody gave the task to another', () => {
    const answered = [callStarted('c1'), callFinished('c1', [{ type: 'text', text: 'draft' }])];
    const moved = {
      type: 'attempt.ended',
      ...AT,
      data: { outcome: 'moved', because: 'so' },
    } as const;
    const isDoubted = (task: TaskState): boolean | undefined => task.past[0]?.isDoubted;
    expect(isDoubted(taskAfter([...answered, moved]))).toBe(true);
    expect(isDoubted(taskAfter([...answered, callStarted('c2'), callFailed('c2'), moved]))).toBe(
      false,
    );
    const given = taskAfter(answered);
    given.model = 'n';
    foldAttempt(given, place(moved));
    expect(isDoubted(given)).toBe(false);
  });

  it('R8: an attempt that is over changes nothing by what still comes of it', () => {
    const task = taskAfter([
      { type: 'attempt.ended', ...AT, data: { outcome: 'moved', because: 'slow' } },
      { type: 'task.assigned', ...AT, attempt: 'a2', data: { model: 'n', because: 'free' } },
      { ...callStarted('c9'), attempt: 'a1' },
      { ...callFinished('c9', [{ type: 'text', text: 'late' }]), attempt: 'a1' },
    ]);
    expect(task.attempt).toMatchObject({ id: 'a2', model: 'n', steps: [], openCall: undefined });
    expect(task.past).toHaveLength(1);
  });

  it('K9: keeps a question until it is answered, and the answer', () => {
    const ask = { kind: 'ask', of: { person: 'mia' }, request: 'Right?' } as const;
    const asked: EventDraft = {
      type: 'question.asked',
      ...AT,
      data: { id: 'q1', check: 1, validator: 'person', ask },
    };
    expect(attemptAfter([asked])?.questions?.get('q1')).toEqual({
      check: 1,
      ask,
      askedAt: 10,
      reply: undefined,
    });
    const answered = attemptAfter([
      asked,
      { type: 'question.answered', ...AT, data: { id: 'q1', reply: 'yes', by: 'mia' } },
      { type: 'question.answered', ...AT, data: { id: 'unknown', reply: 'no', by: 'mia' } },
    ]);
    expect(answered?.questions?.get('q1')?.reply).toBe('yes');
    expect(answered?.questions?.size).toBe(1);
  });

  it('G1: knows how far its change got', () => {
    const started: EventDraft = { type: 'change.started', ...AT, data: { files: ['a.ts'] } };
    const accepted = { commit: 'c1', files: ['a.ts'] };
    expect(attemptAfter([started])?.change).toBe('started');
    expect(
      attemptAfter([started, { type: 'change.accepted', ...AT, data: accepted }])?.change,
    ).toEqual(accepted);
    const refused = { because: 'conflict', findings: [] };
    expect(attemptAfter([started, { type: 'change.refused', ...AT, data: refused }])?.change).toBe(
      'refused',
    );
  });
});

describe('answerText', () => {
  it('V1: is the text of the last call, without what the model thought or asked of tools', () => {
    const attempt = attemptAfter([
      callStarted('c1'),
      callFinished('c1', [{ type: 'text', text: 'first' }]),
      callStarted('c2'),
      callFinished('c2', [
        { type: 'reasoning', text: 'hm' },
        { type: 'text', text: 'one ' },
        toolCall('t1'),
        { type: 'text', text: 'two' },
      ]),
    ]);
    expect(textAfter(attempt)).toBe('one two');
  });

  it('V1: is what the tool gave where a tool does the task', () => {
    const given = (output: string | { readonly ok: boolean }): string | undefined =>
      textAfter(
        attemptAfter([
          toolStarted('a1'),
          { type: 'tool.finished', ...AT, data: { id: 'a1', output } },
        ]),
      );
    expect(given('text')).toBe('text');
    expect(given({ ok: true })).toBe('{"ok":true}');
  });

  it('V1: is empty where there is none', () => {
    expect(textAfter(attemptAfter([]))).toBe('');
    expect(textAfter(attemptAfter([toolStarted('a1')]))).toBe('');
  });
});

function taskAfter(drafts: readonly EventDraft[]): TaskState {
  const task: TaskState = {
    run: 'r',
    task: planTask('a', []),
    status: 'open',
    priority: 'medium',
    model: undefined,
    paused: undefined,
    forgiven: 0,
    left: undefined,
    asks: undefined,
    attempt: undefined,
    expedited: false,
    past: [],
    waiting: { because: 'limits', untilAt: 5 },
    output: undefined,
    because: undefined,
    commit: undefined,
    from: undefined,
    mends: undefined,
    mending: undefined,
    replans: 0,
  };
  const assigned: EventDraft = {
    type: 'task.assigned',
    ...AT,
    data: { model: 'm', because: 'free' },
  };
  for (const draft of [assigned, ...drafts]) foldAttempt(task, place(draft));
  expect(task.waiting).toBeUndefined();
  return task;
}

function attemptAfter(drafts: readonly EventDraft[]): AttemptState | undefined {
  return taskAfter(drafts).attempt;
}

function textAfter(attempt: AttemptState | undefined): string | undefined {
  return attempt === undefined ? undefined : answerText(attempt);
}

function toolCall(id: string): Part {
  return { type: 'tool-call', id, name: 'read_file', input: {} };
}

function toolStarted(id: string): EventDraft {
  const data = { id, name: 'read_file', input: {}, effect: 'none' } as const;
  return { type: 'tool.started', ...AT, data };
}

function callStarted(call: string): EventDraft {
  const data = { step: 1, holds: [], estimate: NOTHING, worst: NOTHING };
  return { type: 'call.started', ...AT, call, data };
}

function callFinished(call: string, parts: readonly Part[]): EventDraft {
  const usage = { input: {}, output: {} };
  const data = { parts, reason: 'stop', usage, settled: NOTHING, durationMs: 1 } as const;
  return { type: 'call.finished', ...AT, call, data };
}

function callFailed(call: string): EventDraft {
  const failed = { kind: 'server', message: 'down', retryable: true, retryAt: 99 } as const;
  const data = { ...failed, settled: NOTHING, uncertain: false };
  return { type: 'call.failed', ...AT, call, data };
}
