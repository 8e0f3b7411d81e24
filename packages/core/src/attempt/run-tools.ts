import type { ToolStepState } from '../journal/run-state.ts';
import type { ToolCallPart } from '../spec/message.ts';
import type { ToolStep } from '../spec/task.ts';
import type { Tool } from '../spec/tool.ts';
import { checkToolCall, type ToolCheck, type ToolWish } from '../tool/check-tool-call.ts';
import { outOfOrder } from '../tool/out-of-order.ts';
import { runTool, type ToolOutcome, type ToolPlace } from '../tool/run-tool.ts';
import { type AttemptHost, type AttemptPlace, placeOf } from './attempt-host.ts';
import { openWorkspace } from './open-workspace.ts';
import { toolKey } from './tool-key.ts';

/** Runs the tool calls of one model answer, in its order, and records each. */
export async function runToolCalls(
  host: AttemptHost,
  at: AttemptPlace,
  calls: readonly ToolCallPart[],
): Promise<void> {
  const started = at.attempt.steps.at(-1)?.tools;
  for (const call of calls) {
    const wish: ToolWish = {
      name: call.name,
      input: call.input,
      ...(call.invalid === undefined ? {} : { invalid: call.invalid }),
    };
    await perform(host, at, call.id, wish, started?.get(call.id));
  }
}

/** Runs the tool that does a task without a model, and records it. */
export function runToolStep(host: AttemptHost, at: AttemptPlace, step: ToolStep): Promise<void> {
  const wish: ToolWish = { name: step.tool, input: step.input };
  return perform(host, at, at.attempt.id, wish, at.attempt.toolStep);
}

async function perform(
  host: AttemptHost,
  at: AttemptPlace,
  id: string,
  wish: ToolWish,
  doubt: ToolStepState | undefined,
): Promise<void> {
  const wished = checkToolCall(wish, host.toolsOf(at.task), host.grantsOf(at.task));
  // A step was given its turn when its task was; what is in doubt began before.
  const isAsked = doubt === undefined && at.task.task.step === undefined;
  const down = isAsked && wished.kind === 'allowed' ? host.toolDown(wish.name) : undefined;
  const check: ToolCheck =
    down === undefined
      ? wished
      : { kind: 'refused', because: outOfOrder(wish.name, down, host.clock.now()) };
  const effect = check.kind === 'allowed' ? check.tool.effect : 'none';
  const ids = placeOf(at);
  const actor = at.attempt.model === undefined ? 'overseer' : `model:${at.attempt.model}`;
  const data = { id, name: wish.name, input: wish.input, effect };
  const recorded =
    doubt === undefined ? host.append([{ type: 'tool.started', ...ids, actor, data }]) : undefined;
  if (check.kind === 'refused') {
    void host.append([finished(at, id, { output: check.because, isError: true })]);
    return;
  }
  // A call that changes nothing may be forgotten; any other must be on disk before it happens.
  if (effect !== 'none') await recorded;
  const opening = openWorkspace(host, at);
  const path = opening === undefined ? undefined : (await opening).path;
  const place: ToolPlace = {
    ...ids,
    key: toolKey(at.attempt, at.attempt.steps.length, id),
    files: at.task.task.files,
    ...(path === undefined ? {} : { workspace: path }),
  };
  const limits = { cancel: at.live.cancel, deadlines: host.deadlines };
  const outcome =
    doubt === undefined
      ? await runTool(check.tool, check.input, place, limits)
      : await runDoubtful(check.tool, check.input, place, limits);
  void host.append([finished(at, id, outcome)]);
}

/** A call that started and of whose end nothing is known: what to do depends on what repeating it would do. */
async function runDoubtful(
  tool: Tool,
  input: unknown,
  place: ToolPlace,
  limits: Parameters<typeof runTool>[3],
): Promise<ToolOutcome> {
  if (tool.effect === 'none' || tool.effect === 'idempotent') {
    return await runTool(tool, input, place, limits);
  }
  const found = await probe(tool, input, place, limits);
  if (found?.kind === 'done') return { output: found.output, isError: false };
  if (found?.kind === 'absent') return await runTool(tool, input, place, limits);
  return {
    output:
      'This call was interrupted, and whether it happened is unknown. It is not repeated; find out before going on.',
    isError: true,
  };
}

/** A probe that fails, or takes longer than the call itself may, knows nothing. */
async function probe(
  tool: Tool,
  input: unknown,
  place: ToolPlace,
  limits: Parameters<typeof runTool>[3],
): Promise<Awaited<ReturnType<NonNullable<Tool['probe']>>> | undefined> {
  if (tool.probe === undefined) return undefined;
  let found: Awaited<ReturnType<NonNullable<Tool['probe']>>> | undefined;
  const asking: Tool = {
    spec: 'tool/1',
    description: tool.description,
    input: tool.input,
    permissions: tool.permissions,
    effect: 'none',
    timeoutMs: tool.timeoutMs,
    execute: async (_, ctx) => {
      found = await tool.probe?.(input, ctx);
      return null;
    },
  };
  const { isError } = await runTool(asking, input, place, limits);
  return isError ? undefined : found;
}

function finished(
  at: AttemptPlace,
  id: string,
  { output, isError, isBroken = false }: ToolOutcome,
): Parameters<AttemptHost['append']>[0][number] {
  return {
    type: 'tool.finished',
    ...placeOf(at),
    data: {
      id,
      output,
      ...(isError ? { isError } : {}),
      ...(isBroken ? { isBroken } : {}),
    },
  };
}
