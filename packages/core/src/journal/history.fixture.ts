import type { CallEstimate } from '../spec/call-amounts.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { PlanTask } from '../spec/task.ts';
import type { EventDraft } from './draft.ts';
import { foldRun, type Runs } from './fold-run.ts';
import { openCallsOf } from './open-calls.ts';
import { type AttemptState, isFinal, type RunState, type TaskState } from './run-state.ts';

const RUNS = ['r1', 'r2'];
const TASKS: readonly PlanTask[] = [
  planTask('a', []),
  planTask('b', ['a']),
  planTask('c', ['a']),
  planTask('d', ['b', 'c']),
];

/** A history of two runs that could have been: each number picks one of the events that may come next. */
export function drawHistory(choices: readonly number[]): readonly OverseerEvent[] {
  const runs: Runs = new Map();
  const history: OverseerEvent[] = [];
  for (const choice of choices) {
    const seq = history.length + 1;
    const possible = RUNS.flatMap((id) => nextOfRun(id, runs.get(id), seq));
    const draft = possible[choice % possible.length];
    if (draft === undefined) break;
    const event = place(draft, seq);
    foldRun(runs, event);
    history.push(event);
  }
  return history;
}

/** The event that a journal would make of a draft. */
export function place(draft: EventDraft, seq = 1): OverseerEvent {
  const envelope = { id: `e${seq}`, stream: 'project/p', seq, at: seq * 10, v: 1, epoch: 1 };
  return { ...envelope, actor: 'overseer', ...draft } as OverseerEvent;
}

/** A task of a plan, with everything that it may leave out. */
export function planTask(key: string, needs: readonly string[]): PlanTask {
  return {
    key,
    title: `Task ${key}`,
    instruction: `Do ${key}.`,
    kind: 'code',
    needs,
    files: [],
    priority: 'medium',
    checks: [],
  };
}

function nextOfRun(id: string, run: RunState | undefined, seq: number): readonly EventDraft[] {
  if (run === undefined) return [{ type: 'run.started', run: id, data: { title: `Run ${id}` } }];
  if (run.status === 'finished') return [];
  if (run.status === 'suspended') {
    return [{ type: 'run.resumed', run: id, data: { because: 'go on' } }];
  }
  if (run.tasks.size === 0) {
    return [{ type: 'plan.accepted', run: id, data: { by: 'host', tasks: TASKS } }];
  }
  if (run.open === 0) {
    return [
      { type: 'run.finished', run: id, data: { status: 'completed', usage: { ...run.usage } } },
    ];
  }
  return [
    { type: 'run.suspended', run: id, data: { because: 'wait' } },
    ...[...run.tasks.values()].flatMap((task) => nextOfTask(run, task, seq)),
  ];
}

function nextOfTask(run: RunState, task: TaskState, seq: number): readonly EventDraft[] {
  if (isFinal[task.status]) return [];
  const at = { run: run.id, task: task.task.key };
  if (task.attempt !== undefined) return nextOfAttempt(task.attempt, seq);
  if (task.task.needs.some((key) => run.tasks.get(key)?.status === 'failed')) {
    return [{ type: 'task.skipped', ...at, data: { because: 'what it needs failed' } }];
  }
  if (task.task.needs.some((key) => run.tasks.get(key)?.status !== 'done')) return [];
  if (task.mending !== undefined) return [patched(task)];
  const attempt = `attempt-${seq}`;
  return [
    ...(task.replans > 0 || task.mends !== undefined ? [] : [diagnosed(task)]),
    { type: 'task.assigned', ...at, attempt, data: { model: 'm', because: 'free' } },
    { type: 'task.assigned', ...at, attempt, data: { because: 'needs no model' } },
    { type: 'task.waiting', ...at, data: { because: 'limits', untilAt: seq + 5 } },
    { type: 'task.failed', ...at, data: { because: 'given up' } },
  ];
}

function diagnosed({ run, task: { key } }: TaskState): EventDraft {
  const diagnosis = {
    kind: 'failing',
    likely: 'model',
    ...{ because: 'nothing helps', remedy: 'part it', tried: [] },
    evidence: { seqs: [], calls: [] },
    cost: { calls: 0, inputTokens: 0, outputTokens: 0, microUsd: 0, ms: 0 },
  } as const;
  const mend = planTask(`${key}/way-1`, []);
  const data = { diagnosis, action: 're-plan', mend } as const;
  return { type: 'task.diagnosed', run, task: key, data };
}

function patched({ run, task }: TaskState): EventDraft {
  const other = planTask(`${task.key}/other`, task.needs);
  const changed = { ...task, needs: [...task.needs, other.key], replacedBy: other.key };
  const data = {
    by: 'model',
    because: 'so',
    added: [other],
    changed: [changed],
    removed: [],
  } as const;
  return { type: 'plan.patched', run, task: task.key, data };
}

function nextOfAttempt(attempt: AttemptState, seq: number): readonly EventDraft[] {
  const at = { run: attempt.run, task: attempt.task, attempt: attempt.id };
  const open = openCallsOf(attempt);
  if (open.length > 0) {
    const ends = open.flatMap(({ id }) => endsOfCall(attempt, id, seq));
    return attempt.hedge === undefined && attempt.spare === undefined
      ? [...ends, startOfHedge(attempt, seq)]
      : ends;
  }
  const check = attempt.verdicts.length;
  const ask = { kind: 'ask', of: { role: 'reviewer' }, request: 'Right?' } as const;
  const person = { kind: 'ask', of: { person: 'mia' }, request: 'Right?' } as const;
  return [
    { type: 'attempt.started', ...at, data: { messages: [], tools: [], sections: [] } },
    { type: 'workspace.opened', ...at, data: { base: `base-${seq}` } },
    ...(attempt.model === undefined ? [] : startsOfCall(attempt, seq)),
    ...(attempt.model === undefined ? [] : [cachedCall(attempt, seq)]),
    ...toolEvents(attempt, seq),
    verdict(attempt, check, { kind: 'pass' }),
    verdict(attempt, check, { kind: 'fail', findings: [{ message: 'wrong' }] }),
    {
      type: 'question.asked',
      ...at,
      data: { id: `q${seq}`, check, validator: 'review', ask: seq % 2 === 0 ? ask : person },
    },
    ...[...(attempt.questions?.keys() ?? [])].map(
      (id): EventDraft => ({
        type: 'question.answered',
        ...at,
        data: { id, reply: 'yes', by: 'mia' },
      }),
    ),
    { type: 'change.started', ...at, data: { files: ['a.ts'] } },
    { type: 'change.accepted', ...at, data: { commit: `c${seq}`, files: ['a.ts'] } },
    { type: 'change.refused', ...at, data: { because: 'conflict', findings: [] } },
    { type: 'attempt.ended', ...at, data: { outcome: 'rejected', because: 'wrong' } },
    { type: 'task.done', ...at, data: { commit: `c${seq}` } },
    { type: 'task.failed', ...at, data: { because: 'given up' } },
  ];
}

function verdict(
  attempt: AttemptState,
  check: number,
  verdict: Extract<EventDraft, { type: 'verdict.given' }>['data']['verdict'],
): EventDraft {
  const at = { run: attempt.run, task: attempt.task, attempt: attempt.id };
  const data = { check, validator: 'answer', tier: 'automated', verdict } as const;
  return { type: 'verdict.given', ...at, data };
}

function startsOfCall(attempt: AttemptState, seq: number): readonly EventDraft[] {
  const at = { run: attempt.run, task: attempt.task, attempt: attempt.id, call: `call-${seq}` };
  const estimate = cost(seq);
  const data = { step: attempt.steps.length + 1, holds: [], estimate, worst: estimate };
  return [{ type: 'call.started', ...at, data }];
}

function startOfHedge(attempt: AttemptState, seq: number): EventDraft {
  const at = { run: attempt.run, task: attempt.task, attempt: attempt.id, call: `call-${seq}` };
  const estimate = cost(seq);
  const hedge = { of: attempt.openCall?.id ?? '', version: 'p/n', because: 'm is silent' };
  const data = { step: attempt.steps.length + 1, holds: [], estimate, worst: estimate, hedge };
  return { type: 'call.started', ...at, model: 'n', data };
}

function cachedCall(attempt: AttemptState, seq: number): EventDraft {
  const at = { run: attempt.run, task: attempt.task, attempt: attempt.id, call: `call-${seq}` };
  const parts = [{ type: 'text', text: `answer ${seq}` }] as const;
  const answer = { parts, reason: 'stop', saved: cost(seq) } as const;
  const data = { step: attempt.steps.length + 1, key: 'k', of: 'call-0', by: 'kept' } as const;
  return { type: 'call.cached', ...at, data: { ...data, ...answer } };
}

function endsOfCall(attempt: AttemptState, call: string, seq: number): readonly EventDraft[] {
  const at = { run: attempt.run, task: attempt.task, attempt: attempt.id, call };
  const settled = cost(seq);
  const failed = { kind: 'server', message: 'down', retryable: true, settled } as const;
  const text = { type: 'text', text: `answer ${seq}` } as const;
  const wish = { type: 'tool-call', id: `tool-${seq}`, name: 'read_file', input: {} } as const;
  const finished = { usage: { input: {}, output: {} }, settled, durationMs: seq } as const;
  return [
    { type: 'call.finished', ...at, data: { ...finished, reason: 'stop', parts: [text] } },
    { type: 'call.finished', ...at, data: { ...finished, reason: 'tool-calls', parts: [wish] } },
    { type: 'call.failed', ...at, data: { ...failed, uncertain: false, retryAt: seq + 5 } },
    { type: 'call.failed', ...at, data: { ...failed, uncertain: true } },
    { type: 'call.withheld', ...at, data: { because: 'no room', untilAt: seq + 5 } },
  ];
}

function toolEvents(attempt: AttemptState, seq: number): readonly EventDraft[] {
  const at = { run: attempt.run, task: attempt.task, attempt: attempt.id };
  const step = attempt.steps.at(-1);
  const tools = step === undefined ? [attempt.toolStep] : [...step.tools.values()];
  const started = { name: 'read_file', input: {}, effect: 'none' } as const;
  return [
    { type: 'tool.started', ...at, data: { id: `tool-${seq}`, ...started } },
    ...tools.flatMap((tool): readonly EventDraft[] =>
      tool === undefined || tool.result !== undefined
        ? []
        : [
            { type: 'tool.finished', ...at, data: { id: tool.id, output: 'text' } },
            { type: 'tool.finished', ...at, data: { id: tool.id, output: 'no', isError: true } },
          ],
    ),
  ];
}

function cost(seq: number): CallEstimate {
  return { inputTokens: seq, outputTokens: 2 * seq, microUsd: 3 * seq };
}
