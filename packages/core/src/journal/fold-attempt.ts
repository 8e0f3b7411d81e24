import { added } from '../internal/added.ts';
import { jsonText } from '../internal/json-text.ts';
import type { EventData, OverseerEvent } from '../spec/event.ts';
import type { Part } from '../spec/message.ts';
import type { TakenOver } from '../spec/task-events.ts';
import { foldCall } from './fold-call.ts';
import { foldRecovery } from './fold-recovery.ts';
import type {
  AttemptState,
  PastAttempt,
  StepState,
  TaskState,
  ToolStepState,
} from './run-state.ts';
import { unfinishedWork } from './unfinished-work.ts';

/** Makes one event true in a task's attempt: starts it, moves it, or puts it among the past. */
export function foldAttempt(task: TaskState, event: OverseerEvent): void {
  if (event.type === 'task.assigned') {
    task.status = 'running';
    task.waiting = undefined;
    task.attempt = begin(task, event);
    return;
  }
  const attempt = task.attempt;
  if (attempt === undefined || attempt.id !== event.attempt) return;
  switch (event.type) {
    case 'attempt.started':
      attempt.prompt = {
        messages: event.data.messages,
        tools: event.data.tools,
        framework: event.data.framework,
      };
      return;
    case 'attempt.recovered':
      foldRecovery(attempt, event.data);
      return;
    case 'workspace.opened':
      attempt.base = event.data.base;
      return;
    case 'attempt.ended':
      retire(task, attempt, event);
      return;
    case 'verdict.given':
      noteVerdict(attempt, event.data);
      return;
    case 'question.asked':
      attempt.questions ??= new Map();
      attempt.questions.set(event.data.id, {
        check: event.data.check,
        ask: event.data.ask,
        askedAt: event.at,
        reply: undefined,
        by: undefined,
      });
      if (event.data.tool !== undefined) {
        const tool = findTool(attempt, event.data.tool);
        if (tool !== undefined) tool.question = event.data.id;
      }
      return;
    case 'question.answered': {
      const question = attempt.questions?.get(event.data.id);
      if (question === undefined) return;
      question.reply = event.data.reply;
      question.by = event.data.by;
      return;
    }
    case 'change.started':
      attempt.change = 'started';
      return;
    case 'change.accepted':
      attempt.change = event.data;
      return;
    case 'change.refused':
      attempt.change = 'refused';
      return;
    default:
      foldStep(attempt, event);
  }
}

/** Puts the attempt that did a task among the past, and gives its answer. */
export function acceptAttempt(task: TaskState): string {
  const { attempt } = task;
  if (attempt === undefined) return '';
  const past = pastOf(attempt, 'accepted', 'every check passed', []);
  task.past = added(task.past, past);
  task.attempt = undefined;
  return past.answer;
}

/** Puts the attempt of another run that did a task among the past. */
export function takeOver(task: TaskState, { attempt, model, output }: TakenOver): void {
  if (attempt === undefined) return;
  task.past = added(task.past, {
    id: attempt,
    model,
    outcome: 'accepted',
    because: 'it was done before this run was forked',
    fault: undefined,
    isLast: false,
    isDoubted: false,
    answer: output,
    findings: [],
    overflow: undefined,
  });
}

/** The answer of an attempt: the text of its last call, with those that it goes on from, or what its tool gave. */
export function answerText(attempt: AttemptState): string {
  const step = attempt.steps.at(-1);
  if (step !== undefined) return step.json ?? textOf(answerParts(attempt));
  const result = attempt.toolStep?.result;
  if (result === undefined) return '';
  return jsonText(result.output);
}

/** The parts of an attempt's answer, over all calls that gave a piece of it. */
export function answerParts({ steps }: AttemptState): readonly Part[] {
  let first = steps.length - 1;
  while (first > 0 && steps[first - 1]?.next !== undefined) first -= 1;
  if (first >= steps.length - 1) return steps.at(-1)?.parts ?? [];
  return steps.slice(first).flatMap(({ parts, next }) => (next === 'again' ? [] : parts));
}

function noteVerdict(attempt: AttemptState, { check, verdict }: EventData['verdict.given']): void {
  if (check === attempt.verdicts.length) attempt.verdicts = added(attempt.verdicts, verdict);
  else attempt.verdicts[check] = verdict;
}

function textOf(parts: readonly Part[]): string {
  let text = '';
  for (const part of parts) if (part.type === 'text') text += part.text;
  return text;
}

function foldStep(attempt: AttemptState, event: OverseerEvent): void {
  switch (event.type) {
    case 'call.started':
    case 'call.finished':
    case 'call.cached':
    case 'call.failed':
    case 'call.withheld':
      foldCall(attempt, event);
      return;
    case 'tool.started':
      addTool(attempt, { ...event.data, result: undefined, question: undefined });
      return;
    case 'tool.finished': {
      const { id, name, output, isError } = event.data;
      const result = { output, isError: isError ?? false };
      const tool = findTool(attempt, id);
      if (tool !== undefined) tool.result = result;
      else if (name !== undefined)
        addTool(attempt, { id, name, input: null, effect: 'none', result, question: undefined });
      return;
    }
    default:
  }
}

function addTool(attempt: AttemptState, tool: ToolStepState): void {
  const step = attempt.steps.at(-1);
  if (step === undefined) attempt.toolStep = tool;
  else step.tools.set(tool.id, tool);
}

function findTool(attempt: AttemptState, id: string): ToolStepState | undefined {
  const step: StepState | undefined = attempt.steps.at(-1);
  return step === undefined ? attempt.toolStep : step.tools.get(id);
}

function begin(task: TaskState, event: OverseerEvent<'task.assigned'>): AttemptState {
  const { continues } = event.data;
  const left = task.left?.attempt === continues ? task.left : undefined;
  task.left = undefined;
  const id = event.attempt ?? '';
  return {
    id,
    origin: left?.origin ?? id,
    run: task.run,
    task: task.task.key,
    model: event.data.model,
    prompt: undefined,
    base: left?.base,
    steps: left === undefined ? [] : [...left.steps],
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
  };
}

function retire(
  task: TaskState,
  attempt: AttemptState,
  event: OverseerEvent<'attempt.ended'>,
): void {
  const { outcome, because, findings = [] } = event.data;
  const past = pastOf(attempt, outcome, because, findings);
  // Who answered and was moved on from was doubted, unless its last call failed or somebody gave the task to another.
  const left = unfinishedWork(attempt, outcome);
  const isLeft = attempt.failure !== undefined || task.model !== undefined || left !== undefined;
  task.past = added(task.past, {
    ...past,
    isDoubted: outcome === 'moved' && past.answer !== '' && !isLeft,
    fault: event.data.fault,
    isLast: event.data.isLast ?? false,
  });
  task.left = left;
  task.attempt = undefined;
  if (task.status === 'running') task.status = 'open';
}

function pastOf(
  attempt: AttemptState,
  outcome: PastAttempt['outcome'],
  because: string,
  findings: PastAttempt['findings'],
): PastAttempt {
  const { id, model, failure } = attempt;
  return {
    id,
    model,
    outcome,
    because,
    fault: undefined,
    isLast: false,
    isDoubted: false,
    answer: answerText(attempt),
    findings,
    overflow: failure?.kind === 'context-overflow' ? failure.message : undefined,
  };
}
