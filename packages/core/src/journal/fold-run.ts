import { knownPriority } from '../internal/priorities.ts';
import type { EventData, OverseerEvent } from '../spec/event.ts';
import type { PlanTask } from '../spec/task.ts';
import { askedAbout } from './asked-about.ts';
import { countCall } from './count-call.ts';
import { acceptAttempt, foldAttempt, takeOver } from './fold-attempt.ts';
import { isUnpriced } from './open-calls.ts';
import { runOutput } from './run-output.ts';
import {
  type AttemptState,
  isFinal,
  noUsage,
  type RunState,
  type TaskState,
  type TaskStatus,
} from './run-state.ts';

/** The runs that are not finished, and those whose end somebody still waits for. */
export type Runs = Map<string, RunState>;

/** Makes one event true in `runs`. Events of other runs and of none are passed over. */
export function foldRun(runs: Runs, event: OverseerEvent): void {
  if (event.run === undefined) return;
  if (event.type === 'run.started') {
    runs.set(event.run, startRun(event));
    return;
  }
  const run = runs.get(event.run);
  if (run === undefined) return;
  foldRunAt(run, event.task === undefined ? undefined : run.tasks.get(event.task), event);
}

/** Makes one event true in its run, whose task of the event, if there is one, is `task`. */
export function foldRunAt(run: RunState, task: TaskState | undefined, event: OverseerEvent): void {
  if (event.task === undefined) foldRunItself(run, event);
  else if (task !== undefined) foldTask(run, task, event);
}

/** The tasks that answer the questions of an attempt at `task`. */
export function questionTasks(
  run: RunState,
  { task }: TaskState,
  { questions }: AttemptState,
): readonly TaskState[] {
  return [...(questions?.keys() ?? [])].flatMap((id) => run.tasks.get(questionKey(task, id)) ?? []);
}

function questionKey({ key }: PlanTask, question: string): string {
  return `${key}/${question}`;
}

/** The task that a question of a role becomes: a child of the task that it is about. */
export function questionTaskOf(
  parent: PlanTask,
  question: string,
  role: string,
  request: string,
): PlanTask {
  return {
    key: questionKey(parent, question),
    title: `Review of ${parent.title}`,
    instruction: request,
    kind: 'review',
    needs: [],
    files: [],
    role,
    priority: parent.priority,
    checks: [],
  };
}

/** The model that did all that a task without a model of its own looks at, if one did it all. */
function soleAuthor(run: RunState, { needs }: PlanTask): string | undefined {
  const authors = new Set(needs.map((key) => run.tasks.get(key)?.past.at(-1)?.model));
  const [author] = authors;
  return authors.size === 1 ? author : undefined;
}

function startRun(event: OverseerEvent<'run.started'>): RunState {
  return {
    id: event.run ?? '',
    title: event.data.title,
    goal: event.data.goal,
    context: event.data.context,
    budget: event.data.budget,
    cache: event.data.cache,
    user: event.data.user,
    tenant: event.data.tenant,
    flow: event.data.flow ?? event.data.user ?? event.data.tenant ?? event.run ?? '',
    weight: event.data.weight ?? 1,
    startedAt: event.at,
    status: 'running',
    pausedBy: undefined,
    outcome: undefined,
    output: undefined,
    because: undefined,
    tasks: new Map(),
    open: 0,
    usage: noUsage(),
    unpriced: false,
  };
}

function foldRunItself(run: RunState, event: OverseerEvent): void {
  switch (event.type) {
    case 'plan.accepted':
      for (const task of event.data.tasks) addTask(run, task);
      return;
    case 'run.suspended':
      run.status = 'suspended';
      run.pausedBy = event.actor === 'overseer' ? undefined : event.actor;
      run.because = event.data.because;
      return;
    case 'run.resumed':
      run.status = 'running';
      run.pausedBy = undefined;
      run.because = undefined;
      return;
    case 'run.finished':
      run.status = 'finished';
      run.outcome = event.data.status;
      run.output = runOutput(run);
      run.because = event.data.because;
      return;
    default:
  }
}

function foldTask(run: RunState, task: TaskState, event: OverseerEvent): void {
  switch (event.type) {
    case 'task.waiting':
      task.waiting = { because: event.data.because, untilAt: event.data.untilAt };
      return;
    case 'task.expedited':
      task.expedited = true;
      return;
    case 'task.unexpedited':
      task.expedited = false;
      for (const asked of askedAbout(run, task.task.key)) asked.expedited = false;
      return;
    case 'task.done':
      task.output = event.data.takenOver?.output ?? acceptAttempt(task);
      if (event.data.takenOver !== undefined) takeOver(task, event.data.takenOver);
      task.from = event.data.from;
      if (task.from !== undefined) task.output = run.tasks.get(task.from)?.output ?? '';
      task.commit = event.data.commit;
      end(run, task, 'done');
      return;
    case 'task.failed':
      task.because = event.data.because;
      end(run, task, 'failed');
      return;
    case 'task.skipped':
      task.because = event.data.because;
      end(run, task, 'skipped');
      return;
    case 'task.paused':
      task.paused = event.data.because;
      return;
    case 'task.resumed':
      task.paused = undefined;
      return;
    case 'task.changed':
      if (event.data.priority !== undefined) task.priority = knownPriority(event.data.priority);
      if (event.data.model !== undefined) task.model = event.data.model ?? undefined;
      return;
    case 'task.reopened':
      reopen(run, task);
      return;
    case 'task.diagnosed':
      if (event.data.mend === undefined) return;
      task.mending = event.data.mend.key;
      task.replans += 1;
      addTask(run, event.data.mend, { mends: task.task.key });
      return;
    case 'plan.patched':
      patch(run, task, event.data);
      return;
    default:
      foldWork(run, task, event);
      foldAttempt(task, event);
  }
}

/** What an attempt's events say of its task and its run. */
function foldWork(run: RunState, task: TaskState, event: OverseerEvent): void {
  switch (event.type) {
    case 'question.asked':
      addQuestion(run, task, event.data);
      return;
    case 'call.started':
    case 'tool.started':
      task.waiting = undefined;
      return;
    case 'call.finished':
      run.unpriced ||= isUnpriced(task.attempt, event.call);
      countCall(run.usage, event);
      return;
    case 'call.failed':
      if (event.data.uncertain) run.unpriced ||= isUnpriced(task.attempt, event.call);
      countCall(run.usage, event);
      return;
    case 'call.cached':
      countCall(run.usage, event);
      return;
    default:
  }
}

/** A question of a role is a task of its own. */
function addQuestion(run: RunState, task: TaskState, data: EventData['question.asked']): void {
  const { ask, id } = data;
  if (!('role' in ask.of)) return;
  const child = questionTaskOf(task.task, id, ask.of.role, ask.request);
  const author = task.attempt?.model ?? soleAuthor(run, task.task);
  addTask(run, child, { asks: { task: task.task.key, question: id, author } });
}

/** Another plan for a task that could not be done: what stands in for it has no more changes of plan left than it has. */
function patch(run: RunState, task: TaskState, data: EventData['plan.patched']): void {
  const { replans } = task;
  for (const changed of data.changed) {
    const state = run.tasks.get(changed.key);
    if (state === undefined) continue;
    state.task = changed;
    state.priority = knownPriority(changed.priority);
    state.forgiven = state.past.length;
    state.left = undefined;
  }
  for (const added of data.added) addTask(run, added, { replans });
  task.mending = undefined;
}

interface Origin extends Partial<Pick<TaskState, 'asks' | 'mends' | 'replans'>> {}

function addTask(run: RunState, task: PlanTask, origin: Origin = {}): void {
  const { asks, mends, replans = 0 } = origin;
  run.open += 1;
  run.tasks.set(task.key, {
    run: run.id,
    task,
    status: 'open',
    priority: knownPriority(task.priority),
    model: undefined,
    paused: undefined,
    asks,
    attempt: undefined,
    // A question about a task hurries as much as the task.
    expedited: run.tasks.get(asks?.task ?? '')?.expedited ?? false,
    past: [],
    forgiven: 0,
    left: undefined,
    waiting: undefined,
    output: undefined,
    because: undefined,
    commit: undefined,
    from: undefined,
    mends,
    mending: undefined,
    replans,
  });
}

function reopen(run: RunState, task: TaskState): void {
  if (task.status !== 'failed' && task.status !== 'skipped') return;
  run.open += 1;
  task.status = 'open';
  task.because = undefined;
  task.forgiven = task.past.length;
  task.left = undefined;
}

function end(run: RunState, task: TaskState, status: TaskStatus): void {
  if (!isFinal[task.status]) run.open -= 1;
  task.status = status;
  task.left = undefined;
  task.mending = undefined;
  if (task.mends !== undefined) endMending(run, task.mends, task.task.key);
  task.waiting = undefined;
  task.paused = undefined;
  task.attempt = undefined;
}

/** Nobody finds another way any more. */
function endMending(run: RunState, key: string, mend: string): void {
  const task = run.tasks.get(key);
  if (task?.mending === mend) task.mending = undefined;
}
