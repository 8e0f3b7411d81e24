import { mostTokens } from '../call/estimate-error.ts';
import { estimateTokens } from '../call/estimate-tokens.ts';
import { costMicroUsd, dearestInput, microUsdOf as toMicroUsd } from '../call/price.ts';
import { defined } from '../internal/defined.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import type { Claim } from '../limit/model-limits.ts';
import type { Member } from '../route/member.ts';
import type { CallEstimate, Payer } from '../spec/call-amounts.ts';
import type { Message } from '../spec/message.ts';
import type { Price, ToolDescription } from '../spec/model.ts';
import type { Decider } from './decider.ts';
import type { EstimateFor } from './rating-for.ts';
import type { RoleParts } from './role-parts.ts';
import type { Settings } from './settings.ts';

/** What a call of a task would use on a model, before its prompt is written. */
export function estimateFor(decider: Decider, task: TaskState): EstimateFor {
  const { settings, projection } = decider;
  const context = projection.runs.get(task.run)?.context;
  const rough = roughTokens(task, context, settings.roles.of(task.task));
  const make = claimsFor(decider, task, rough);
  return (member) => make(member).estimate;
}

/** What a call of a task with so many input tokens would use on a model, and `maxTokens` of output at most. */
export function claimsFor(
  { settings, projection }: Decider,
  task: TaskState,
  inputTokens: number,
  maxTokens?: number,
  // Text of few words and many signs has up to twice the tokens that the estimate sees.
  mostInput: number = inputTokens * 2,
): (member: Member) => Claim {
  const { kind } = task.task;
  const payer = payerOf(projection.runs.get(task.run));
  const ofPayer = payer === undefined ? {} : { payer };
  return (member) => {
    const { perCall } = member.model.info;
    if (perCall !== undefined) {
      const { inputTokens: input, outputTokens, usd = 0 } = perCall;
      const most = { inputTokens: input, outputTokens, microUsd: toMicroUsd(usd) };
      return { estimate: most, worst: most, ...ofPayer };
    }
    const maximum = maxTokens ?? outputLimit(settings, member);
    const output = projection.outputs.estimate(
      projection.outputKeys.of(member.name, kind),
      maximum,
    );
    return {
      estimate: priced(member, inputTokens, output),
      worst: dearest(member, mostInput, maximum),
      ...ofPayer,
    };
  };
}

/** What a call with these messages would use on `member`. */
export function claimForMessages(
  decider: Decider,
  member: Member,
  task: TaskState,
  messages: readonly Message[],
  tools: readonly ToolDescription[],
  maxTokens?: number,
): Claim {
  const sent = { messages, tools };
  const tokens = estimateTokens(sent);
  return claimsFor(decider, task, tokens, maxTokens, mostTokens(sent, tokens))(member);
}

/** Before the prompt is composed: what it will have, from what it is made of. */
export function roughTokens(
  task: TaskState,
  context: string | undefined,
  parts: RoleParts,
): number {
  const { instruction, title } = task.task;
  let characters = instruction.length + title.length + parts.role.text.length + 800;
  characters += Math.min(context?.length ?? 0, 8_000) + parts.tools.size * 300;
  for (const past of task.past) characters += Math.min(past.answer.length, 4_000);
  return Math.ceil(characters / 4);
}

/** The most output tokens that a call of `member` is allowed. */
export function outputLimit(settings: Settings, member: Member): number {
  return Math.min(
    member.model.info.maxOutput ?? settings.maxOutputTokens,
    settings.maxOutputTokens,
  );
}

/** On whose behalf a run is made, if it names anybody. */
export function payerOf(run: RunState | undefined): Payer | undefined {
  if (run?.user === undefined && run?.tenant === undefined) return undefined;
  return defined({ user: run.user, tenant: run.tenant });
}

function priced({ price }: Member, inputTokens: number, outputTokens: number): CallEstimate {
  return { inputTokens, outputTokens, microUsd: microUsdOf(price, inputTokens, outputTokens) };
}

/** Nobody knows before what a provider keeps of a prompt, and what it asks for that. */
function dearest({ price }: Member, inputTokens: number, outputTokens: number): CallEstimate {
  const most = price === undefined ? undefined : { ...price, input: dearestInput(price) };
  return { inputTokens, outputTokens, microUsd: microUsdOf(most, inputTokens, outputTokens) };
}

function microUsdOf(price: Price | undefined, inputTokens: number, outputTokens: number): number {
  if (price === undefined) return 0;
  const usage = { input: { total: inputTokens }, output: { total: outputTokens } };
  return costMicroUsd(usage, price) ?? 0;
}
