import { shown } from '../internal/sensitive-mark.ts';
import type { Decider } from './decider.ts';
import { type HeldPrediction, heldForecast } from './held-forecast.ts';
import type { HeldLine, HeldStep, HeldSteps } from './held-steps.ts';
import { toolWait } from './tool-wait.ts';
import { PAUSED, remembered, type WaitingInput, type WaitingTask } from './waiting-tasks.ts';

/** What is looked at. */
export interface HeldWaitingInput
  extends Pick<WaitingInput, 'decider' | 'longest' | 'isPaused' | 'nowMs'> {
  readonly held: HeldSteps;
  /** Tasks in the longest chain that waits for one. */
  readonly rank: (run: string, task: string) => number;
}

type WithoutPosition = Omit<WaitingTask, 'position'>;

/** Adds the steps that their tools keep waiting to the tasks that wait for models, in the order in which they start. Changes nothing. */
export function withHeld(
  waiting: readonly WaitingTask[],
  input: HeldWaitingInput,
): readonly WaitingTask[] {
  const all: readonly WithoutPosition[] = [...waiting, ...heldWaiting(input)];
  const startsAt = (one: WithoutPosition): number => one.startsAt ?? Number.MAX_VALUE;
  return [...all]
    .sort((a, b) => startsAt(a) - startsAt(b))
    .map((one, before) => ({ ...one, position: before + 1 }));
}

function heldWaiting(input: HeldWaitingInput): readonly WithoutPosition[] {
  const { decider, nowMs } = input;
  const { settings, projection } = decider;
  const lines = input.held.list().flatMap((line) => {
    const steps = line.steps.filter(mayStart);
    return steps.length === 0 ? [] : [{ ...line, steps }];
  });
  const why = new Map<HeldStep, string>();
  for (const line of lines) {
    const because = whatFor(decider, line, nowMs);
    for (const step of line.steps) why.set(step, because);
  }
  const longest = remembered(input.longest);
  const forecast = { lines, limits: settings.toolLimits, tools: projection.tools, nowMs };
  return heldForecast(forecast).map((one) =>
    waitingOf({ ...input, longest }, one, why.get(one.step) ?? ''),
  );
}

function waitingOf(
  { rank, longest, isPaused, nowMs }: HeldWaitingInput,
  { step: { run, task, readyAt }, ...foretold }: HeldPrediction,
  waitsFor: string,
): WithoutPosition {
  const { key, title, deadlineAt } = task.task;
  const { startsAt, because } = isPaused ? { startsAt: undefined, because: PAUSED } : foretold;
  const chain = rank(run.id, key);
  return {
    ...{ run: run.id, task: key, title: shown(title), readyAt, waitsFor, startsAt, because, chain },
    slack: Math.max(0, longest(run.id) - chain),
    spareMs: deadlineAt === undefined ? undefined : deadlineAt - (startsAt ?? nowMs),
  };
}

/** As the first of a line is told now. */
function whatFor(decider: Decider, { steps, wait }: HeldLine, nowMs: number): string {
  const [first] = steps;
  const step = first?.task.task.step;
  if (first === undefined || step === undefined) return wait.because;
  return toolWait(decider, step, first.call, nowMs)?.because ?? 'its turn';
}

/** Who is paused waits for nothing but that. */
function mayStart({ run, task }: HeldStep): boolean {
  return run.status === 'running' && task.status === 'open' && task.paused === undefined;
}
