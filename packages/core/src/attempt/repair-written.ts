import { findJson } from '../internal/find-json.ts';
import type { JsonFix } from '../internal/lenient-json.ts';
import { describeFixes, type JsonRepair, repairJson } from '../internal/repair-json.ts';
import { answerText } from '../journal/fold-attempt.ts';
import type { AttemptState, StepState } from '../journal/run-state.ts';
import { jsonFieldOf } from '../plan/json-field.ts';
import { untrustedLine } from '../prompt/untrusted.ts';
import type { EventData } from '../spec/event.ts';
import type { ToolCallPart } from '../spec/message.ts';
import type { FinishReason } from '../spec/model.ts';
import type { PlanTask } from '../spec/task.ts';

/** A model may make up the name of a tool; in characters. */
const LONGEST_NAME = 200;

/** The JSON that stands for what a model wrote, and what was put right in it. */
export type Repair = EventData['attempt.recovered'];

/** What stands for an answer that should be JSON and is none; `undefined` where it is, or where nobody can tell what it was to be. Pure. */
export function repairOfAnswer(attempt: AttemptState, task: PlanTask): Repair | undefined {
  const field = jsonFieldOf(task);
  const last = attempt.steps.at(-1);
  if (field === undefined || last === undefined || last.json !== undefined) return undefined;
  const text = answerText(attempt);
  const found = findJson(text, field);
  if (found.kind === 'found' && Object.hasOwn(found.value, field)) return undefined;
  const repair = safely(text, UNFINISHED);
  const isWanted = repair !== undefined && Object.hasOwn(Object(repair.value), field);
  return isWanted ? repaired('its answer', repair) : undefined;
}

/** What stands for the input of the first of these tool calls that is no JSON and can be put right. Pure. */
export function repairOfInput(
  { reason }: StepState,
  calls: readonly ToolCallPart[],
): Repair | undefined {
  // Of what its length limit cut off, nobody knows how it was to go on.
  if (reason === 'length') return undefined;
  const missing = IS_MEANT[reason] ? CUT : UNENDED;
  for (const { id, name, input, invalid, raw } of calls) {
    if (invalid === undefined) continue;
    const repair = safely(raw ?? (typeof input === 'string' ? input : ''), missing);
    const what = `the input of ${untrustedLine(name, LONGEST_NAME)}`;
    if (repair !== undefined) return { ...repaired(what, repair), tool: id };
  }
  return undefined;
}

/** Whether a model ended where it wanted to, so that what lacks a bracket lacks nothing else. */
const IS_MEANT: Readonly<Record<FinishReason, boolean>> = {
  stop: true,
  'tool-calls': true,
  length: false,
  'content-filter': false,
  other: false,
};

const CUT: readonly JsonFix[] = ['cut'];
/** The field that is wanted is whole where nothing but the bracket around it is missing. */
const UNFINISHED: readonly JsonFix[] = ['cut', 'open'];
const UNENDED: readonly JsonFix[] = ['cut', 'open', 'closed'];

type Repaired = Extract<JsonRepair, { ok: true }>;

/** What something is missing of is never guessed, by any of these signs: half a file would be written, and half a plan worked. */
function safely(text: string, missing: readonly JsonFix[]): Repaired | undefined {
  const repair = repairJson(text);
  if (!repair.ok || repair.fixes.length === 0) return undefined;
  if (repair.fixes.some((fix) => missing.includes(fix))) return undefined;
  return typeof repair.value === 'object' && repair.value !== null ? repair : undefined;
}

function repaired(what: string, { json, fixes }: Repaired): Repair {
  return {
    trouble: 'broken-json',
    action: 'repair',
    because: `${what} was no JSON and was put right: ${describeFixes(fixes)}`,
    json,
  };
}
