import { parsePlan } from '../plan/plan-schema.ts';
import { untrustedLine } from '../prompt/untrusted.ts';
import type { Json, JsonObject } from '../spec/json.ts';
import type { Check, PlanTask, TaskInput } from '../spec/task.ts';
import type { Validator } from '../spec/validator.ts';
import { readPlanCheck } from './plan-checks.ts';

/** Tasks of a plan that a person is shown, and characters of each. */
const SHOWN = 60;
const LINE = 240;

const HOW = 'Answer: yes | no | what to change, in words';

/**
 * Has a person say whether a plan is worked: `yes`, `no`, with which it is over, or what is to change, of which the planner
 * is told. Waits as long as it takes, over restarts.
 */
export const approveValidator: Validator = {
  spec: 'validator/1',
  tier: 'person',
  validate: async (answer, { task, value }) => {
    const { person, plan } = readApproval(value);
    const shown = plan ?? (await plannedText(answer.text, task));
    return { kind: 'ask', of: { person }, request: `May this plan be worked?\n${shown}\n${HOW}` };
  },
  conclude: (reply) => {
    const words = reply.trim();
    if (/^(yes|y|ok|approved?)[.!]?$/i.test(words)) return { kind: 'pass', evidence: words };
    if (/^(no|n|rejected?)[.!]?$/i.test(words)) {
      return { kind: 'fail', findings: [{ message: 'A person said no.' }], isFinal: true };
    }
    const said = untrustedLine(words, 2_000);
    return { kind: 'fail', findings: [{ message: `A person wants it changed: ${said}` }] };
  },
};

/** The check by which a person approves a plan; of a graph that is there already, `tasks` are shown. */
export function approveCheck(person: string, tasks?: readonly PlanTask[]): Check {
  const value: JsonObject = { person, ...(tasks === undefined ? {} : { plan: planText(tasks) }) };
  return { kind: 'approve', value };
}

/** A plan as a person reads it: a line for each task. */
function planText(tasks: readonly (TaskInput | PlanTask)[]): string {
  const lines = tasks.slice(0, SHOWN).map(({ key = '', title = '', needs = [], instruction }) => {
    const after = needs.length === 0 ? '' : ` (after ${needs.join(', ')})`;
    return untrustedLine(`- ${key}${after}: ${title === '' ? instruction : title}`, LINE);
  });
  const left = tasks.length - lines.length;
  return [...lines, ...(left > 0 ? [`and ${left} more`] : [])].join('\n');
}

async function plannedText(answer: string, task: PlanTask): Promise<string> {
  const check = task.checks.find(({ kind }) => kind === 'plan');
  const plan = await parsePlan(answer, [task], readPlanCheck(check?.value));
  return plan.ok ? planText(plan.tasks) : untrustedLine(answer, LINE);
}

function readApproval(value: Json | undefined): {
  readonly person: string;
  readonly plan?: string;
} {
  if (typeof value !== 'object' || value === null || !('person' in value)) {
    return { person: 'a person' };
  }
  // Written by `approveCheck` and by nobody else.
  return value as unknown as { readonly person: string; readonly plan?: string };
}
