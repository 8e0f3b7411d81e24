import type { ModelErrorKind, OverseerEvent } from '@overseer/core/spec';
import { diagnosed, patched } from './healing-words.ts';
import { shortEnd, shortFailure, withoutPlace } from './words.ts';

/** What a person wants to know of one task. */
export interface TaskView {
  readonly key: string;
  readonly title: string;
  status: 'open' | 'waiting' | 'running' | 'checking' | 'done' | 'failed' | 'skipped';
  model: string | undefined;
  attempts: number;
  inputTokens: number;
  outputTokens: number;
  microUsd: number;
  startedAt: number | undefined;
  endedAt: number | undefined;
  /** Verdicts of the last attempt, in words. */
  verdict: string;
  commit: string | undefined;
  /** What happened to it beside success, oldest first. */
  readonly story: string[];
}

/** One run as a person sees it: a fold of its events. */
export interface RunView {
  run: string | undefined;
  title: string;
  status: 'running' | 'suspended' | 'completed' | 'stopped' | 'failed' | 'erased';
  because: string | undefined;
  readonly tasks: Map<string, TaskView>;
  /** The calls in flight, by id: which model is at what. */
  readonly busy: Map<string, { readonly model: string; readonly at: string }>;
  /** How a model's last call was refused, by model, until one is answered. */
  readonly refusals: Map<string, { readonly kind: ModelErrorKind; readonly message: string }>;
  calls: number;
  failedCalls: number;
  uncertainCalls: number;
  /** Calls that were not made, as an equal one was answered. */
  cachedCalls: number;
  /** What the uncertain calls are charged, of the totals below. */
  uncertainInputTokens: number;
  uncertainOutputTokens: number;
  inputTokens: number;
  outputTokens: number;
  microUsd: number;
  /** Whether a call was begun whose price nobody knows. */
  unpriced: boolean;
  startedAt: number | undefined;
  endedAt: number | undefined;
}

/** Nothing seen yet. */
export function emptyView(): RunView {
  return {
    run: undefined,
    title: '',
    status: 'running',
    because: undefined,
    tasks: new Map(),
    busy: new Map(),
    refusals: new Map(),
    calls: 0,
    failedCalls: 0,
    uncertainCalls: 0,
    cachedCalls: 0,
    uncertainInputTokens: 0,
    uncertainOutputTokens: 0,
    inputTokens: 0,
    outputTokens: 0,
    microUsd: 0,
    unpriced: false,
    startedAt: undefined,
    endedAt: undefined,
  };
}

/** Takes one event into the view. */
export function foldView(view: RunView, event: OverseerEvent): void {
  switch (event.type) {
    case 'run.started':
      view.run = event.run;
      view.title = event.data.title;
      view.startedAt = event.at;
      return;
    case 'run.suspended':
      view.status = 'suspended';
      view.because = event.data.because;
      return;
    case 'run.resumed':
      view.status = 'running';
      view.because = undefined;
      return;
    case 'run.finished':
      view.status = event.data.status;
      view.because = event.data.because;
      view.endedAt = event.at;
      view.busy.clear();
      return;
    case 'event.erased':
      foldErased(view, event);
      return;
    case 'run.erased':
      view.because = event.data.because;
      return;
    case 'plan.accepted':
      for (const { key, title } of event.data.tasks) view.tasks.set(key, newTask(key, title));
      return;
    case 'plan.patched':
      for (const { key, title } of event.data.added) view.tasks.set(key, newTask(key, title));
      break;
    case 'task.diagnosed':
      addMend(view, event);
      break;
    case 'call.finished':
    case 'call.failed':
      countCall(view, event);
      break;
    case 'call.withheld':
      view.busy.delete(event.call ?? '');
      break;
    case 'call.cached':
      view.cachedCalls += 1;
      break;
    default:
  }
  const task = taskOf(view, event);
  if (task !== undefined) foldTask(view, task, event);
}

/** The task that a model's time goes to: for a review, the task that is reviewed. */
export function ownerOf(key: string): string {
  const slash = key.indexOf('/review-');
  return slash < 0 ? key : key.slice(0, slash);
}

/** What was erased says no more than what kind of event it was; one that was lost to damage leaves the others as they are. */
function foldErased(view: RunView, { run, at, data }: OverseerEvent<'event.erased'>): void {
  if (data.lost !== true) view.status = 'erased';
  if (data.was !== 'run.started') return;
  view.run = run;
  view.title = data.lost === true ? '(lost)' : '(erased)';
  view.startedAt = at;
}

/** Finding another way for a task is a task. */
function addMend(view: RunView, { data: { mend } }: OverseerEvent<'task.diagnosed'>): void {
  if (mend !== undefined) view.tasks.set(mend.key, newTask(mend.key, mend.title));
}

function newTask(key: string, title: string): TaskView {
  return {
    key,
    title,
    status: 'open',
    model: undefined,
    attempts: 0,
    inputTokens: 0,
    outputTokens: 0,
    microUsd: 0,
    startedAt: undefined,
    endedAt: undefined,
    verdict: '',
    commit: undefined,
    story: [],
  };
}

function taskOf(view: RunView, event: OverseerEvent): TaskView | undefined {
  return event.task === undefined ? undefined : view.tasks.get(ownerOf(event.task));
}

function countCall(view: RunView, event: OverseerEvent<'call.finished' | 'call.failed'>): void {
  const { settled } = event.data;
  const { model = '' } = event;
  if (event.type === 'call.finished') {
    view.calls += 1;
    view.refusals.delete(model);
  } else {
    const { kind, message, uncertain } = event.data;
    view.failedCalls += 1;
    if (uncertain) {
      view.uncertainCalls += 1;
      view.uncertainInputTokens += settled.inputTokens;
      view.uncertainOutputTokens += settled.outputTokens;
    }
    // A call that we ended ourselves says nothing of the model.
    if (kind !== 'aborted') view.refusals.set(model, { kind, message });
  }
  view.inputTokens += settled.inputTokens;
  view.outputTokens += settled.outputTokens;
  view.microUsd += settled.microUsd;
  view.busy.delete(event.call ?? '');
}

function foldTask(view: RunView, task: TaskView, event: OverseerEvent): void {
  const isReview = event.task !== task.key;
  switch (event.type) {
    case 'call.started':
      beginCall(view, task, event);
      if (!isReview) task.status = 'running';
      return;
    case 'call.finished':
      charge(task, event);
      // Of two models that are asked the same, the one whose answer counts is the last to finish.
      if (!isReview) task.model = event.model;
      return;
    case 'call.failed':
      charge(task, event);
      tellFailure(task, event);
      return;
    default:
      if (!isReview) foldOwnTask(task, event);
  }
}

function beginCall(view: RunView, task: TaskView, event: OverseerEvent<'call.started'>): void {
  const { call = '', model = '', data } = event;
  view.unpriced ||= data.unpriced ?? false;
  const at = event.task === task.key ? task.key : `reviews ${task.key}`;
  view.busy.set(call, { model, at });
  if (data.hedge !== undefined) task.story.push(data.hedge.because);
}

function tellFailure(task: TaskView, { model, data }: OverseerEvent<'call.failed'>): void {
  // Of one that was broken off for another's answer the story is told already.
  if (data.lostTo !== undefined) return;
  task.story.push(`${model}: ${data.kind}: ${shortFailure(data.message)}`);
}

function charge(
  task: TaskView,
  { data: { settled } }: OverseerEvent<'call.finished' | 'call.failed'>,
): void {
  task.inputTokens += settled.inputTokens;
  task.outputTokens += settled.outputTokens;
  task.microUsd += settled.microUsd;
}

/** Whoever asks a model is checked by it; a person may take days. */
function statusOfAsker({ data }: OverseerEvent<'question.asked'>): 'waiting' | 'checking' {
  return 'person' in data.ask.of ? 'waiting' : 'checking';
}

function foldOwnTask(task: TaskView, event: OverseerEvent): void {
  switch (event.type) {
    case 'task.assigned':
      task.status = 'running';
      task.model = event.data.model;
      task.attempts += 1;
      task.verdict = '';
      task.startedAt ??= event.at;
      return;
    case 'task.waiting':
      task.status = 'waiting';
      return;
    case 'verdict.given': {
      const { validator, verdict } = event.data;
      task.status = 'checking';
      if (validator === 'answer' && verdict.kind === 'pass') return;
      task.verdict += `${task.verdict === '' ? '' : ' '}${validator} ${verdict.kind === 'pass' ? '✓' : '✗'}`;
      return;
    }
    case 'question.asked':
      task.status = statusOfAsker(event);
      return;
    case 'task.diagnosed':
      task.story.push(diagnosed(event.data));
      return;
    case 'plan.patched':
      task.status = 'open';
      task.story.push(patched(event.data));
      return;
    case 'attempt.recovered':
      task.story.push(withoutPlace(event.data.because));
      return;
    case 'attempt.ended':
      task.status = 'open';
      task.story.push(
        `attempt ${task.attempts} by ${task.model ?? 'a tool'} ${event.data.outcome}: ${shortEnd(event.data.outcome, event.data.because)}`,
      );
      return;
    case 'task.done':
      task.status = 'done';
      task.commit = event.data.commit;
      task.endedAt = event.at;
      return;
    case 'task.failed':
    case 'task.skipped':
      task.status = event.type === 'task.failed' ? 'failed' : 'skipped';
      task.endedAt = event.at;
      task.story.push(withoutPlace(event.data.because));
      return;
    default:
  }
}
