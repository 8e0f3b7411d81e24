import { hash } from 'node:crypto';
import { canonicalJson } from '../internal/canonical-json.ts';
import type { CallEstimate } from '../spec/call-amounts.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { Part } from '../spec/message.ts';
import { STEPS_KEPT, type StepTrace } from './find-loop.ts';

/** Events and calls that evidence names. */
const EVIDENCE_KEPT = 24;

/** What a task went through, as far as that says whether it gets anywhere: bounded, however long it goes on. */
export interface TaskTrace {
  /** The latest event of it, epoch ms. */
  at: number;
  seq: number;
  /** When its first attempt began, epoch ms. */
  readonly startedAt: number;
  /** Steps of its present attempt, oldest first. */
  readonly steps: StepTrace[];
  /** Ends of its attempts, by `seq`, and its latest calls. */
  readonly ends: number[];
  readonly calls: string[];
  readonly cost: { calls: number; inputTokens: number; outputTokens: number; microUsd: number };
  /** The step whose outcomes are not all there. */
  open: OpenStep | undefined;
}

interface OpenStep {
  readonly call: string;
  readonly at: number;
  readonly asked: readonly {
    readonly id: string;
    readonly name: string;
    readonly input: unknown;
  }[];
  readonly outcomes: Map<string, { readonly text: string; readonly isError: boolean }>;
}

/** A trace that begins with this event. */
export function newTrace({ seq, at }: Pick<OverseerEvent, 'seq' | 'at'>): TaskTrace {
  return {
    ...{ at, seq, startedAt: at, steps: [], ends: [], calls: [], open: undefined },
    cost: { calls: 0, inputTokens: 0, outputTokens: 0, microUsd: 0 },
  };
}

/** Takes the next event of its task into a trace. */
export function takeEvent(trace: TaskTrace, event: OverseerEvent): void {
  trace.at = event.at;
  trace.seq = event.seq;
  switch (event.type) {
    case 'task.assigned':
      trace.steps.length = 0;
      trace.open = undefined;
      return;
    case 'call.finished':
      charge(trace, event.data.settled);
      beginStep(trace, event, event.data.parts);
      return;
    case 'call.cached':
      beginStep(trace, event, event.data.parts);
      return;
    case 'call.failed':
      charge(trace, event.data.settled);
      return;
    case 'tool.finished':
      takeOutcome(trace, event);
      return;
    case 'attempt.ended':
      keep(trace.ends, event.seq, EVIDENCE_KEPT);
      return;
    default:
  }
}

function charge({ cost }: TaskTrace, settled: CallEstimate): void {
  cost.calls += 1;
  cost.inputTokens += settled.inputTokens;
  cost.outputTokens += settled.outputTokens;
  cost.microUsd += settled.microUsd;
}

function beginStep(
  trace: TaskTrace,
  { call = '', at }: Pick<OverseerEvent, 'call' | 'at'>,
  parts: readonly Part[],
): void {
  keep(trace.calls, call, EVIDENCE_KEPT);
  const asked = parts.filter((part) => part.type === 'tool-call');
  trace.open = asked.length === 0 ? undefined : { call, at, asked, outcomes: new Map() };
  // An answer in words is something new.
  if (asked.length === 0) trace.steps.length = 0;
}

function takeOutcome(trace: TaskTrace, { data, at, seq }: OverseerEvent<'tool.finished'>): void {
  const { open } = trace;
  if (open === undefined || !open.asked.some(({ id }) => id === data.id)) return;
  const isError = data.isError ?? false;
  // What was seen is remembered by its digest, so that large outcomes are not held.
  open.outcomes.set(data.id, { text: digestOf([data.output, isError]), isError });
  if (open.outcomes.size < open.asked.length) return;
  const outcomes = open.asked.map(({ id }) => open.outcomes.get(id));
  const step: StepTrace = {
    seq,
    call: open.call,
    tools: open.asked.map(({ name }) => name),
    digest: digestOf(open.asked.map(({ name, input }, nth) => [name, input, outcomes[nth]?.text])),
    isError: outcomes.every((outcome) => outcome?.isError === true),
    tookMs: Math.max(0, at - open.at),
  };
  keep(trace.steps, step, STEPS_KEPT);
  trace.open = undefined;
}

/** Equal for values that are the same in canonical form, and for those alone. */
function digestOf(value: unknown): string {
  return hash('sha256', canonicalJson(value)).slice(0, 32);
}

function keep<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.shift();
}
