import { estimateTokens } from '../call/estimate-tokens.ts';
import { costMicroUsd } from '../call/price.ts';
import { defined } from '../internal/defined.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import type { Claim } from '../limit/model-limits.ts';
import { type ComposedPrompt, composePrompt } from '../prompt/compose-prompt.ts';
import { recordedSections } from '../prompt/prompt-lines.ts';
import type { createCandidateFinder } from '../route/candidate-finder.ts';
import { roleOf } from '../route/candidates.ts';
import { type Choice, chooseModel } from '../route/choose-model.ts';
import type { Member } from '../route/member.ts';
import type { CallEstimate, Payer } from '../spec/event.ts';
import type { Message } from '../spec/message.ts';
import type { ToolDescription } from '../spec/model.ts';
import type { PlanTask } from '../spec/task.ts';
import { outputKey, type Projection } from './projection.ts';
import type { RoleParts } from './role-parts.ts';
import type { Settings } from './settings.ts';

/** Longest wait for the one call that tries a failed model again; its end wakes the dispatcher anyway. */
const TRIAL_MS = 60_000;

/** A model that has tools calls them at least once and then says what it did. */
const CALLS_WITH_TOOLS = 2;

/** What the kernel decides about a task, or about an attempt's next call. */
export interface Decider {
  readonly settings: Settings;
  readonly projection: Projection;
  readonly candidates: ReturnType<typeof createCandidateFinder>;
}

/** Which model gets a task now, if any. Pure: reads state, changes nothing. */
export function chooseFor(decider: Decider, task: TaskState, nowMs: number): Choice {
  const { settings, projection } = decider;
  const parts = settings.roles.of(task.task);
  const refusals = new Map<string, number>();
  const excluded = new Map<string, string>();
  for (const past of task.past) {
    if (past.model === undefined) continue;
    if (past.outcome === 'rejected') refusals.set(past.model, (refusals.get(past.model) ?? 0) + 1);
    if (past.outcome === 'failed') excluded.set(past.model, past.because);
  }
  const run = projection.runs.get(task.run);
  const rough = roughTokens(task, run?.context, parts);
  return chooseModel({
    candidates: decider.candidates({
      role: task.task.role,
      kind: task.task.kind,
      usesTools: parts.tools.size > 0,
    }),
    nowMs,
    claimFor: (member) => claimFor(decider, member, task, rough),
    callsFor: ({ name }) =>
      projection.expected.of(name) + (parts.tools.size > 0 ? CALLS_WITH_TOOLS : 1),
    downUntil: (model) => downUntil(decider, model, nowMs),
    refusals,
    excluded,
    patienceMs: settings.patienceMs,
  });
}

/** A model that failed is left alone for a while, and then tried with one call before it gets more. */
export function downUntil(
  { settings, projection }: Decider,
  model: string,
  nowMs: number,
): { readonly untilAt: number; readonly why: string } | undefined {
  const cooldown = projection.cooldowns.get(model);
  if (cooldown?.untilAt === undefined) return undefined;
  const busy = (settings.members.get(model)?.limits.running ?? 0) > 0;
  if (cooldown.untilAt <= nowMs && busy) {
    return { untilAt: nowMs + TRIAL_MS, why: `${cooldown.why}; one call is trying it again` };
  }
  return { untilAt: cooldown.untilAt, why: cooldown.why };
}

/** Tasks of one group can be done by the same models and count in the same limits, so that one that cannot start says it for all. */
export function groupOf(task: TaskState, { user = '', tenant = '' }: Payer = {}): string {
  const { task: plan, past } = task;
  if (needsNoModel(plan)) return 'tool';
  const tried = past.map(({ model, outcome }) => `${model} ${outcome}`);
  const payer = user === '' && tenant === '' ? [] : [`for ${user} of ${tenant}`];
  return [roleOf(plan), plan.kind, ...tried, ...payer].join('/');
}

/** Whether a tool or checks alone do the task. */
export function needsNoModel(task: PlanTask): boolean {
  return task.step !== undefined || task.kind === 'check';
}

/** Composes the prompt of a new attempt of `member` at `task`. Pure. */
export function composeFor(
  settings: Settings,
  run: RunState,
  task: TaskState,
  member: Member,
): { readonly prompt: ComposedPrompt; readonly tools: readonly ToolDescription[] } {
  const parts = settings.roles.of(task.task);
  const tools = parts.descriptions;
  const prompt = composePrompt({
    task: task.task,
    roleName: parts.name,
    role: parts.role,
    modelName: member.name,
    model: member.model.info,
    goodAt: member.goodAt,
    framework: parts.framework,
    context: run.context,
    tools,
    inputs: task.task.needs.flatMap((key) => {
      const needed = run.tasks.get(key);
      return needed?.output === undefined
        ? []
        : [{ key, title: needed.task.title, output: needed.output }];
    }),
    history: task.past.flatMap((past) =>
      past.outcome === 'rejected'
        ? [{ answer: past.answer, findings: past.findings, because: past.because }]
        : [],
    ),
  });
  return { prompt, tools };
}

/** What a call with these messages would use on `member`. */
export function claimForMessages(
  decider: Decider,
  member: Member,
  task: TaskState,
  messages: readonly Message[],
  tools: readonly ToolDescription[],
): Claim {
  return claimFor(decider, member, task, estimateTokens({ messages, tools }));
}

/** The most output tokens that a call of `member` is allowed. */
export function outputLimit(settings: Settings, member: Member): number {
  return Math.min(
    member.model.info.maxOutput ?? settings.maxOutputTokens,
    settings.maxOutputTokens,
  );
}

function claimFor(
  { settings, projection }: Decider,
  member: Member,
  task: TaskState,
  inputTokens: number,
): Claim {
  const maximum = outputLimit(settings, member);
  const output = projection.outputs.estimate(outputKey(member.name, task.task.kind), maximum);
  const payer = payerOf(projection.runs.get(task.run));
  // Text of few words and many signs has up to twice the tokens that the estimate sees.
  return {
    estimate: priced(member, inputTokens, output),
    worst: priced(member, inputTokens * 2, maximum),
    ...(payer === undefined ? {} : { payer }),
  };
}

/** On whose behalf a run is made, if it names anybody. */
export function payerOf(run: RunState | undefined): Payer | undefined {
  if (run?.user === undefined && run?.tenant === undefined) return undefined;
  return defined({ user: run.user, tenant: run.tenant });
}

function priced(member: Member, inputTokens: number, outputTokens: number): CallEstimate {
  const microUsd =
    member.price === undefined
      ? 0
      : (costMicroUsd(
          { input: { total: inputTokens }, output: { total: outputTokens } },
          member.price,
        ) ?? 0);
  return { inputTokens, outputTokens, microUsd };
}

/** Before the prompt is composed: what it will have, from what it is made of. */
function roughTokens(task: TaskState, context: string | undefined, parts: RoleParts): number {
  const { instruction, title } = task.task;
  let characters = instruction.length + title.length + parts.role.text.length + 800;
  characters += Math.min(context?.length ?? 0, 8_000) + parts.tools.size * 300;
  for (const past of task.past) characters += Math.min(past.answer.length, 4_000);
  return Math.ceil(characters / 4);
}

/** The events by which a task is given to a model: the choice, the prompt, the first call. */
export function assignmentDrafts(
  at: { readonly run: string; readonly task: string; readonly attempt: string },
  choice: Extract<Choice, { kind: 'assign' }>,
  prompt: ComposedPrompt,
  tools: readonly ToolDescription[],
): readonly EventDraft[] {
  return [
    {
      type: 'task.assigned',
      ...at,
      model: choice.member.name,
      data: {
        model: choice.member.name,
        because: choice.because,
        considered: choice.considered,
        ...(choice.insteadOf === undefined ? {} : { insteadOf: choice.insteadOf }),
      },
    },
    {
      type: 'attempt.started',
      ...at,
      model: choice.member.name,
      data: {
        messages: prompt.messages,
        tools,
        sections: recordedSections(prompt),
        ...(prompt.framework === undefined ? {} : { framework: prompt.framework }),
      },
    },
  ];
}
