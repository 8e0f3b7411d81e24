import type { PastAttempt, TaskState } from '../journal/run-state.ts';
import type { Diagnosis, DiagnosisCause } from '../spec/healing-events.ts';
import type { FailurePattern } from './find-failing.ts';
import type { Loop } from './find-loop.ts';
import type { TaskTrace } from './task-trace.ts';

/** Characters of one try's reason that are told. */
const TOLD = 300;

const REMEDIES: Readonly<Record<DiagnosisCause, string>> = {
  model: 'Give the task to another model, or part it into smaller ones.',
  prompt:
    'Say the task more precisely, or part it into tasks that can be done and checked on their own.',
  tool: 'Look at what the tool stands on and at what it is asked; let the task do without it.',
  check: 'Run the check by hand and mend it.',
  dependency: 'Mend what the tasks before it gave, then try it again.',
  environment: 'Look at the disk, the network, the repository and the plugins of this host.',
};

/** An attempt that goes round in circles. Pure. */
export function diagnoseLoop(
  task: TaskState,
  trace: TaskTrace,
  loop: Loop,
  nowMs: number,
): Diagnosis {
  const { period, turns, steps } = loop;
  const tools = [...new Set(steps.flatMap((step) => step.tools))].join(', ');
  const likely = steps.every(({ isError }) => isError) ? 'tool' : 'model';
  const because =
    period === 1
      ? `it called ${tools} ${turns} times with the same input and the same outcome`
      : `it went ${turns} times round the same ${period} calls (${tools}) with the same outcomes`;
  const evidence = { seqs: steps.map(({ seq }) => seq), calls: steps.map(({ call }) => call) };
  return { kind: 'looping', because, likely, ...about(task, trace, likely, nowMs), evidence };
}

/** A task whose tries all came to nothing. Pure. */
export function diagnoseFailing(
  task: TaskState,
  trace: TaskTrace | undefined,
  { because, likely }: FailurePattern,
  nowMs: number,
): Diagnosis {
  return { kind: 'failing', because, likely, ...about(task, trace, likely, nowMs) };
}

/** A task of which nothing is new. Pure. */
export function diagnoseStuck(
  task: TaskState,
  trace: TaskTrace | undefined,
  because: string,
  likely: DiagnosisCause,
  nowMs: number,
): Diagnosis {
  return { kind: 'stuck', because, likely, ...about(task, trace, likely, nowMs) };
}

function about(
  task: TaskState,
  trace: TaskTrace | undefined,
  likely: DiagnosisCause,
  nowMs: number,
): Pick<Diagnosis, 'remedy' | 'evidence' | 'cost' | 'tried'> {
  const ms = trace === undefined ? 0 : Math.max(0, nowMs - trace.startedAt);
  const cost = trace?.cost ?? { calls: 0, inputTokens: 0, outputTokens: 0, microUsd: 0 };
  const seqs = trace === undefined ? [] : [...trace.ends, trace.seq];
  return {
    remedy: REMEDIES[likely],
    evidence: { seqs: [...new Set(seqs)].slice(-24), calls: [...(trace?.calls ?? [])] },
    cost: { ...cost, ms },
    tried: task.past.slice(-12).map(triedText),
  };
}

function triedText({ model, outcome, because }: PastAttempt): string {
  const why = because.length > TOLD ? `${because.slice(0, TOLD - 1)}…` : because;
  return `${model ?? 'no model'}: ${outcome}: ${why}`;
}
