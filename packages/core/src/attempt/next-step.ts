import { jsonText } from '../internal/json-text.ts';
import type { AttemptState, StepState, ToolStepState } from '../journal/run-state.ts';
import type { ToolCallPart } from '../spec/message.ts';
import type { PlanTask, ToolStep } from '../spec/task.ts';
import { isCutOff } from './is-cut-off.ts';
import { type Repair, repairOfAnswer, repairOfInput } from './repair-written.ts';
import { givenUp, isGivenUp } from './tool-doubt.ts';

/** What an attempt has to do next; read off its recorded state alone, so that resuming is nothing special. */
export type Step =
  /** Ask the dispatcher for leave to call the model. */
  | { readonly kind: 'call' }
  /** The call in flight will end by itself, or the two of them. */
  | { readonly kind: 'calling' }
  /** The call failed, or its answer was cut off; the scheduler keeps, moves or ends the attempt. */
  | { readonly kind: 'retry' }
  /** What the model wrote is no JSON, and there is one way to put it right. */
  | { readonly kind: 'repair'; readonly repair: Repair }
  | { readonly kind: 'tools'; readonly calls: readonly ToolCallPart[] }
  /** A person gave up a tool call in doubt. */
  | { readonly kind: 'abandon'; readonly because: string }
  /** The task is done by a tool. */
  | { readonly kind: 'step'; readonly step: ToolStep }
  | { readonly kind: 'validate'; readonly check: number }
  | { readonly kind: 'conclude'; readonly check: number; readonly reply: string }
  /** A model or a person was asked; the answer will come by itself. */
  | { readonly kind: 'asking' }
  | { readonly kind: 'reject'; readonly check: number }
  /** Every check passed: the change may go in. */
  | { readonly kind: 'accept' }
  | { readonly kind: 'give-up'; readonly because: string };

/** Model calls an attempt may make. */
const MAX_STEPS = 24;

/** The next step of an attempt at `task`, whose chain has `checks` links. Pure. */
export function nextStep(attempt: AttemptState, task: PlanTask, checks: number): Step {
  const step = task.step === undefined ? undefined : nextToolStep(attempt, task.step);
  if (step !== undefined) return step;
  if (attempt.model !== undefined) {
    const next = nextModelStep(attempt) ?? mending(repairOfAnswer(attempt, task));
    if (next !== undefined) return next;
  } else if ((task.ensemble ?? task.replacedBy) !== undefined) {
    // What a member of the ensemble gave, or what stands in for the task, has passed its checks.
    return { kind: 'accept' };
  }
  return nextCheck(attempt, checks);
}

function nextToolStep(attempt: AttemptState, step: ToolStep): Step | undefined {
  const result = attempt.toolStep?.result;
  if (result === undefined) {
    return stepInDoubt(attempt, attempt.toolStep) ?? { kind: 'step', step };
  }
  return result.isError ? { kind: 'give-up', because: jsonText(result.output) } : undefined;
}

function nextModelStep(attempt: AttemptState): Step | undefined {
  if (attempt.openCall !== undefined || attempt.hedge !== undefined) return { kind: 'calling' };
  if (attempt.failure !== undefined) return { kind: 'retry' };
  const last = attempt.steps.at(-1);
  if (last === undefined) return { kind: 'call' };
  const wanted = toolCallsOf(last);
  if (wanted.length === 0) return afterWords(last);
  const missing = wanted.filter((call) => last.tools.get(call.id)?.result === undefined);
  const [first] = missing;
  if (first !== undefined) {
    return (
      mending(repairOfInput(last, missing)) ??
      stepInDoubt(attempt, last.tools.get(first.id)) ?? { kind: 'tools', calls: missing }
    );
  }
  if (attempt.steps.length >= MAX_STEPS) {
    return { kind: 'give-up', because: `it used tools ${MAX_STEPS} times without an answer` };
  }
  return { kind: 'call' };
}

function mending(repair: Repair | undefined): Step | undefined {
  return repair === undefined ? undefined : { kind: 'repair', repair };
}

/** What comes after an answer without tool calls; `undefined` where it is whole. */
function afterWords(last: StepState): Step | undefined {
  if (last.next !== undefined) return { kind: 'call' };
  if (last.reason === 'content-filter') {
    return { kind: 'give-up', because: "the provider's content rules stopped its answer" };
  }
  return isCutOff(last) ? { kind: 'retry' } : undefined;
}

/** What a tool call in doubt waits for, or makes of the attempt; `undefined` where it can be gone on with. */
function stepInDoubt(
  attempt: AttemptState,
  tool: ToolStepState | undefined,
): Extract<Step, { kind: 'asking' | 'abandon' }> | undefined {
  if (tool?.question === undefined) return undefined;
  const reply = attempt.questions?.get(tool.question)?.reply;
  if (reply === undefined) return { kind: 'asking' };
  return isGivenUp(reply) ? { kind: 'abandon', because: givenUp(tool.name) } : undefined;
}

function toolCallsOf(step: StepState): readonly ToolCallPart[] {
  return step.parts.filter((part) => part.type === 'tool-call');
}

function nextCheck(attempt: AttemptState, checks: number): Step {
  for (let check = 0; check < checks; check++) {
    const verdict = attempt.verdicts[check];
    if (verdict?.kind === 'fail') return { kind: 'reject', check };
    if (verdict !== undefined) continue;
    const question = questionOf(attempt, check);
    if (question === undefined) return { kind: 'validate', check };
    if (question.reply === undefined) return { kind: 'asking' };
    return { kind: 'conclude', check, reply: question.reply };
  }
  return { kind: 'accept' };
}

function questionOf(
  attempt: AttemptState,
  check: number,
): { readonly reply: string | undefined } | undefined {
  if (attempt.questions === undefined) return undefined;
  for (const question of attempt.questions.values()) if (question.check === check) return question;
  return undefined;
}
