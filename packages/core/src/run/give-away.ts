import { closingOf } from '../attempt/closing.ts';
import { estimateTokens } from '../call/estimate-tokens.ts';
import { costMicroUsd } from '../call/price.ts';
import { defined } from '../internal/defined.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import type { Claim } from '../limit/model-limits.ts';
import { type ComposedPrompt, composePrompt } from '../prompt/compose-prompt.ts';
import { recordedSections } from '../prompt/prompt-lines.ts';
import { roleOf } from '../route/candidates.ts';
import { chooseApart } from '../route/choose-apart.ts';
import type { Choice, ChoiceInput } from '../route/choose-model.ts';
import { chooseReviewer } from '../route/choose-reviewer.ts';
import { type Member, versionOf } from '../route/member.ts';
import type { CallEstimate, Payer } from '../spec/event.ts';
import type { Message } from '../spec/message.ts';
import type { ToolDescription } from '../spec/model.ts';
import type { PlanTask } from '../spec/task.ts';
import type { Decider } from './decider.ts';
import { offerTools } from './offer-tools.ts';
import { outageEndsAt, outlasted } from './outage.ts';
import { outputKey } from './output-key.ts';
import { practicesFor } from './practices-for.ts';
import { promptInputs } from './prompt-inputs.ts';
import { type EstimateFor, ratingFor } from './rating-for.ts';
import type { RoleParts } from './role-parts.ts';
import type { Settings } from './settings.ts';
import { takenModels } from './taken-models.ts';
import { candidatesOf, whyNever } from './task-candidates.ts';
import { tooSlow } from './too-slow.ts';

/** Longest wait for the one call that tries a failed model again; its end wakes the dispatcher anyway. */
const TRIAL_MS = 60_000;

/** Models whose answers from before are looked for. */
const MOST_EQUALS = 4;

/** A model that has tools calls them at least once and then says what it did. */
const CALLS_WITH_TOOLS = 2;

/** A task of fewer characters fits every model that is worth the name. */
const SMALL_TASK = 4_000;
/** Room that an answer needs at least, in tokens. */
const LEAST_ANSWER = 64;

/** Which model gets a task now, if any. Pure: reads state, changes nothing. */
export function chooseFor(decider: Decider, task: TaskState, nowMs: number): Choice {
  const { settings, projection } = decider;
  const parts = settings.roles.of(task.task);
  const { refusals, excluded } = triedBy(task);
  excludeOutlasted(decider, task.run, nowMs, excluded);
  const run = projection.runs.get(task.run);
  if (run !== undefined) excludeSpent(decider, run, task, nowMs, excluded);
  const rough = roughTokens(task, run?.context, parts);
  const candidates = candidatesOf(decider, task);
  const never = whyNever(settings, run, task, candidates);
  if (never !== undefined) return { kind: 'never', because: never };
  for (const { member } of candidates) {
    const why = tooLargeFor(member, task.task, parts);
    if (why !== undefined) excluded.set(member.name, why);
  }
  for (const [model, why] of tooSlow(projection.durations, candidates, task.task, nowMs)) {
    excluded.set(model, why);
  }
  const input: ChoiceInput = {
    candidates,
    nowMs,
    claimFor: (member) => claimFor(decider, member, task, rough),
    callsFor: ({ name }) =>
      projection.expected.of(name) + (parts.tools.size > 0 ? CALLS_WITH_TOOLS : 1),
    downUntil: (model) => downUntil(decider, task.run, model, nowMs),
    refusals,
    excluded,
    patienceMs: settings.patienceMs,
    rating: ratingFor(
      decider,
      task,
      (member) => claimFor(decider, member, task, rough).estimate,
      nowMs,
    ),
  };
  const author = task.asks?.author;
  if (author === undefined || task.model !== undefined) {
    return chooseApart(input, takenModels(run, task));
  }
  const usesTools = parts.tools.size > 0;
  const reviewers = decider.candidates({ role: undefined, kind: 'review', usesTools });
  return chooseReviewer({ ...input, author, reviewers });
}

/** What a call of a task would use on a model, before its prompt is written. */
export function estimateFor(decider: Decider, task: TaskState): EstimateFor {
  const { settings, projection } = decider;
  const context = projection.runs.get(task.run)?.context;
  const rough = roughTokens(task, context, settings.roles.of(task.task));
  return (member) => claimFor(decider, member, task, rough).estimate;
}

/** Whether a model could take a task at once. */
export function mayRunNow(
  decider: Decider,
  task: TaskState,
  nowMs: number,
): (member: Member) => boolean {
  const { settings, projection } = decider;
  const parts = settings.roles.of(task.task);
  const rough = roughTokens(task, projection.runs.get(task.run)?.context, parts);
  return (member) =>
    downUntil(decider, task.run, member.name, nowMs) === undefined &&
    tooLargeFor(member, task.task, parts) === undefined &&
    member.limits.admit(nowMs, claimFor(decider, member, task, rough)).kind === 'run';
}

/** Which models' answers were refused and how often, and which failed at the task. */
function triedBy({ past, forgiven, model }: TaskState): {
  readonly refusals: Map<string, number>;
  readonly excluded: Map<string, string>;
} {
  const refusals = new Map<string, number>();
  const excluded = new Map<string, string>();
  for (const one of past.slice(forgiven)) {
    // Whoever gave the task to a model knows what that model did before; and what broke beside it says nothing of it.
    if (one.model === undefined || one.model === model) continue;
    if (one.fault === 'infrastructure') continue;
    if (one.outcome === 'rejected') refusals.set(one.model, (refusals.get(one.model) ?? 0) + 1);
    if (one.outcome === 'failed') excluded.set(one.model, one.because);
  }
  return { refusals, excluded };
}

/** Models whose outage has lasted longer than anybody waits. */
function excludeOutlasted(
  decider: Decider,
  run: string,
  nowMs: number,
  excluded: Map<string, string>,
): void {
  const { settings, projection } = decider;
  for (const model of settings.members.keys()) {
    const over = outlasted(decider, run, model, nowMs);
    // One whose probe is due is tried all the same: it may be back.
    if (over !== undefined && projection.breakers.down(model, nowMs) !== undefined) {
      excluded.set(model, over);
    }
  }
}

/** Models whose own budgets have too little left for the task, by the prompt that it would be. */
function excludeSpent(
  decider: Decider,
  run: RunState,
  task: TaskState,
  nowMs: number,
  excluded: Map<string, string>,
): void {
  const { settings, projection } = decider;
  for (const member of settings.members.values()) {
    if (!projection.budgets.isBounded(member.name)) continue;
    const { prompt, tools } = composeFor(decider, run, task, member, nowMs);
    const claim = claimForMessages(decider, member, task, prompt.messages, tools);
    const admission = projection.budgets.admit(run.id, task.task.key, claim, member.name);
    if (admission.kind === 'never' && admission.ends === 'model') {
      excluded.set(member.name, admission.why);
    }
  }
}

/**
 * A model that failed is left alone for a while, and then tried with one call before it gets more; one that refused calls
 * without saying when to come again gets fewer. `untilAt` is when to look again.
 */
export function downUntil(
  decider: Decider,
  run: string,
  model: string,
  nowMs: number,
): { readonly untilAt: number; readonly why: string } | undefined {
  const down = decider.projection.breakers.down(model, nowMs);
  if (down === undefined) return decider.settings.members.get(model)?.learned.wait(nowMs);
  const { untilAt = nowMs + TRIAL_MS, why } = down;
  const endsAt = outageEndsAt(decider, run, model) ?? untilAt;
  return { untilAt: endsAt > nowMs ? Math.min(untilAt, endsAt) : untilAt, why };
}

/** Tasks of one group can be done by the same models and count in the same limits, so that one that cannot start says it for all. */
export function groupOf(task: TaskState, { user = '', tenant = '' }: Payer = {}): string {
  const { task: plan, past, asks } = task;
  const payer = user === '' && tenant === '' ? [] : [`of ${user} of ${tenant}`];
  if (task.model !== undefined) return [`for ${task.model}/${plan.kind}`, ...payer].join('/');
  const tried = past.flatMap(({ model, outcome, fault }) =>
    outcome === 'moved' ? [] : [`${model} ${outcome} ${fault}`],
  );
  const judged = asks?.author === undefined ? [] : [`of ${asks.author}`];
  // Nobody else's wait says anything about a task that has models of its own, or perhaps needs none.
  const isApart = (plan.model ?? plan.notBy ?? plan.ensemble) !== undefined;
  const own = isApart ? [task.run, plan.key] : [];
  return [roleOf(plan), plan.kind, ...sizeOf(plan), ...judged, ...own, ...tried, ...payer].join(
    '/',
  );
}

/** Tasks that may be too large for some model do not speak for those that are not. */
function sizeOf({ title, instruction }: PlanTask): readonly string[] {
  const characters = title.length + instruction.length;
  return characters < SMALL_TASK ? [] : [`2^${Math.floor(Math.log2(characters))}`];
}

/** Whether a tool or checks alone do the task. */
export function needsNoModel(task: PlanTask): boolean {
  return task.step !== undefined || task.kind === 'check';
}

/** Why a task is done without a model now; `undefined` where a model does it. Pure. */
export function whyNoModel(run: RunState, task: TaskState): string | undefined {
  if (needsNoModel(task.task)) return 'needs no model';
  const closing = closingOf(run, task);
  return closing?.kind === 'taken' ? closing.because : undefined;
}

/** Why the tool that does a task keeps it waiting, and until when to wait, if it does. Pure. */
export function toolWait(
  { projection }: Decider,
  { task: { step } }: TaskState,
  nowMs: number,
): { readonly because: string; readonly untilAt: number } | undefined {
  const down = step === undefined ? undefined : projection.tools.down(step.tool, nowMs);
  if (step === undefined || down === undefined) return undefined;
  const because = `the tool ${step.tool} is out of order: ${down.why}`;
  return { because, untilAt: down.untilAt ?? nowMs + TRIAL_MS };
}

/** Composes the prompt of a new attempt of `member` at `task`; tools that are out of order are not offered. Pure. */
export function composeFor(
  { settings, projection }: Pick<Decider, 'settings' | 'projection'>,
  run: RunState,
  task: TaskState,
  member: Member,
  nowMs: number,
): { readonly prompt: ComposedPrompt; readonly tools: readonly ToolDescription[] } {
  const parts = settings.roles.of(task.task);
  const { tools, context } = offerTools(projection.tools, parts.descriptions, run.context, nowMs);
  const prompt = composePrompt({
    task: task.task,
    roleName: parts.name,
    role: parts.role,
    modelName: member.name,
    model: member.model.info,
    goodAt: member.goodAt,
    framework: parts.framework,
    ...practicesFor(projection.routing.practices, member, task.task.kind),
    context,
    tools,
    inputs: promptInputs(run, task),
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

/** The models that would do a task as gladly as the best one, that one first, but for `asked`; a few of them. */
export function equalsOf(
  decider: Decider,
  task: TaskState,
  asked: Member | undefined,
): readonly Member[] {
  // What is to be another model's must not be answered by its equals.
  if (task.task.notBy !== undefined) return [];
  const all = candidatesOf(decider, task);
  const best = all.find(({ member }) => member === asked) ?? all[0];
  return all
    .filter(({ rank, member }) => rank === best?.rank && member !== asked)
    .slice(0, MOST_EQUALS)
    .map(({ member }) => member);
}

/** Before the prompt is composed: what it will have, from what it is made of. */
function roughTokens(task: TaskState, context: string | undefined, parts: RoleParts): number {
  const { instruction, title } = task.task;
  let characters = instruction.length + title.length + parts.role.text.length + 800;
  characters += Math.min(context?.length ?? 0, 8_000) + parts.tools.size * 300;
  for (const past of task.past) characters += Math.min(past.answer.length, 4_000);
  return Math.ceil(characters / 4);
}

/** Why a model cannot read the task at all; what else a prompt has is cut to its window. */
function tooLargeFor(
  { model }: Member,
  { title, instruction }: PlanTask,
  { role }: RoleParts,
): string | undefined {
  const { contextWindow } = model.info;
  if (contextWindow === undefined) return undefined;
  const tokens = Math.ceil((title.length + instruction.length + role.text.length) / 4);
  if (tokens + LEAST_ANSWER <= contextWindow) return undefined;
  return `the task has about ${tokens} tokens, more than its window of ${contextWindow} takes`;
}

/** Who gets a task, and why. */
export type Assignment = Pick<
  Extract<Choice, { kind: 'assign' }>,
  'member' | 'because' | 'considered' | 'insteadOf'
>;

/** The events by which a task is given to a model: the choice, the prompt, the first call. */
export function assignmentDrafts(
  at: { readonly run: string; readonly task: string; readonly attempt: string },
  choice: Assignment,
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
        version: versionOf(choice.member),
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

/** The event by which a task is taken up that needs no model. */
export function assignedToNobody(
  { run, task }: TaskState,
  attempt: string,
  because: string,
): EventDraft {
  const data = { because };
  return { type: 'task.assigned', run, task: task.key, attempt, data };
}
