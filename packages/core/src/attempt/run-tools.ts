import type { Cancellation } from '../internal/cancellation.ts';
import type { ToolStepState } from '../journal/run-state.ts';
import type { ToolCallPart } from '../spec/message.ts';
import type { ToolStep } from '../spec/task.ts';
import type { Tool } from '../spec/tool.ts';
import { checkToolCall, type ToolWish } from '../tool/check-tool-call.ts';
import { runTool, type ToolOutcome, type ToolPlace } from '../tool/run-tool.ts';
import { type AttemptHost, type AttemptPlace, placeOf } from './attempt-host.ts';
import { openWorkspace } from './open-workspace.ts';

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
export async function runToolStep(
  host: AttemptHost,
  at: AttemptPlace,
  step: ToolStep,
): Promise<void> {
  const wish: ToolWish = { name: step.tool, input: step.input };
  await perform(host, at, at.attempt.id, wish, at.attempt.toolStep);
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
  const started = {
    type: 'tool.started',
    ...placeOf(at),
    actor: at.attempt.model === undefined ? 'overseer' : `model:${at.attempt.model}`,
    data: { id, name: wish.name, input: wish.input, effect },
  } as const;
  if (check.kind === 'refused') {
    void host.append([started, finished(at, id, { output: check.because, isError: true })]);
    return;
  }
  if (doubt === undefined) {
    const recorded = host.append([started]);
    // A call that changes nothing may be forgotten; any other must be on disk before it happens.
    if (effect !== 'none') await recorded;
  }
  const workspace = await openWorkspace(host, at);
  const place: ToolPlace = {
    ...placeOf(at),
    key: id,
    files: at.task.task.files,
    ...(workspace === undefined ? {} : { workspace: workspace.path }),
  };
  const outcome =
    doubt === undefined
      ? await runTool(check.tool, check.input, place, at.live.cancel)
      : await runDoubtful(check.tool, check.input, place, at.live.cancel);
  void host.append([finished(at, id, outcome)]);
}

/** A call that started and of whose end nothing is known: what to do depends on what repeating it would do. */
async function runDoubtful(
  tool: Tool,
  input: unknown,
  place: ToolPlace,
  cancel: Cancellation,
): Promise<ToolOutcome> {
  if (tool.effect === 'none' || tool.effect === 'idempotent') {
    return await runTool(tool, input, place, cancel);
  }
  const found = await tool.probe?.(input as never, { ...place, signal: cancel.signal });
  if (found?.kind === 'done') return { output: found.output, isError: false };
  if (found?.kind === 'absent') return await runTool(tool, input, place, cancel);
  return {
    output:
      'This call was interrupted, and whether it happened is unknown. It is not repeated; find out before going on.',
    isError: true,
  };
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
