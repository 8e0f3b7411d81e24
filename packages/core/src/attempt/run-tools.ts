import type { ToolStepState } from '../journal/run-state.ts';
import type { ToolCallPart } from '../spec/message.ts';
import type { ToolStep } from '../spec/task.ts';
import { checkToolCall, type ToolWish } from '../tool/check-tool-call.ts';
import type { ToolOutcome, ToolPlace } from '../tool/run-tool.ts';
import { type AttemptHost, type AttemptPlace, placeOf } from './attempt-host.ts';
import { openWorkspace } from './open-workspace.ts';
import { runOrAsk, settleDoubt } from './settle-doubt.ts';
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
    // Whoever waits for a person's word waits with all that comes after.
    if (at.attempt.steps.at(-1)?.tools.get(call.id)?.result === undefined) return;
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
  const check = checkToolCall(wish, host.toolsOf(at.task), host.grantsOf(at.task));
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
  const call = { host, at, id, tool: check.tool, input: check.input, place, limits };
  const outcome =
    doubt === undefined ? await runOrAsk(call) : await settleDoubt({ ...call, doubt });
  if (outcome !== undefined) void host.append([finished(at, id, outcome)]);
}

function finished(
  at: AttemptPlace,
  id: string,
  { output, isError }: ToolOutcome,
): Parameters<AttemptHost['append']>[0][number] {
  return {
    type: 'tool.finished',
    ...placeOf(at),
    data: isError ? { id, output, isError } : { id, output },
  };
}
