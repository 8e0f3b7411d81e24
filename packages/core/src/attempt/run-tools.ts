import type { ToolStepState } from '../journal/run-state.ts';
import type { EventData } from '../spec/event.ts';
import type { ToolCallPart } from '../spec/message.ts';
import type { ToolStep } from '../spec/task.ts';
import type { Tool } from '../spec/tool.ts';
import { checkToolCall, type ToolCheck, type ToolWish } from '../tool/check-tool-call.ts';
import { outOfOrder } from '../tool/out-of-order.ts';
import { runTool, type ToolOutcome, type ToolPlace } from '../tool/run-tool.ts';
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
export function runToolStep(
  host: AttemptHost,
  at: AttemptPlace,
  step: ToolStep,
): Promise<void> | undefined {
  const wish: ToolWish = { name: step.tool, input: step.input };
  return perform(host, at, at.attempt.id, wish, at.attempt.toolStep);
}

/** A call that changes nothing may be forgotten: its end is all that is recorded. Any other must be on disk before it happens. */
function perform(
  host: AttemptHost,
  at: AttemptPlace,
  id: string,
  wish: ToolWish,
  doubt: ToolStepState | undefined,
): Promise<void> | undefined {
  const check = allowedNow(host, at, wish, doubt);
  if (check.kind === 'refused') {
    record(host, at, id, wish.name, { output: check.because, isError: true });
    return undefined;
  }
  const { tool, input } = check;
  // Of a tool that failed each start is known, so that one call at a time tries it again.
  if (tool.effect !== 'none' || host.toolFailed(wish.name)) {
    return performOnRecord(host, at, id, wish, tool, input, doubt);
  }
  const opening = openWorkspace(host, at);
  const outcome =
    opening === undefined
      ? runTool(tool, input, toolPlace(at, id, undefined), limitsOf(host, at))
      : opening.then(({ path }) =>
          runTool(tool, input, toolPlace(at, id, path), limitsOf(host, at)),
        );
  return outcome.then((result) => record(host, at, id, wish.name, result));
}

async function performOnRecord(
  host: AttemptHost,
  at: AttemptPlace,
  id: string,
  wish: ToolWish,
  tool: Tool,
  input: unknown,
  doubt: ToolStepState | undefined,
): Promise<void> {
  if (doubt === undefined) {
    const data = { id, name: wish.name, input: wish.input, effect: tool.effect };
    await host.append([{ type: 'tool.started', ...placeOf(at), actor: actorOf(at), data }]);
  }
  const workspace = await openWorkspace(host, at);
  const place = toolPlace(at, id, workspace?.path);
  const call = { host, at, id, tool, input, place, limits: limitsOf(host, at) };
  const outcome =
    doubt === undefined ? await runOrAsk(call) : await settleDoubt({ ...call, doubt });
  if (outcome !== undefined) record(host, at, id, undefined, outcome);
}

/** Whether a call may be made: a tool that is out of order is refused in words. */
function allowedNow(
  host: AttemptHost,
  at: AttemptPlace,
  wish: ToolWish,
  doubt: ToolStepState | undefined,
): ToolCheck {
  const check = checkToolCall(wish, host.toolsOf(at.task), host.grantsOf(at.task));
  // A step was given its turn when its task was; what is in doubt began before.
  const isAsked = doubt === undefined && at.task.task.step === undefined;
  const down = isAsked && check.kind === 'allowed' ? host.toolDown(wish.name) : undefined;
  return down === undefined
    ? check
    : { kind: 'refused', because: outOfOrder(wish.name, down, host.clock.now()) };
}

function actorOf({ attempt }: AttemptPlace): string {
  return attempt.model === undefined ? 'overseer' : `model:${attempt.model}`;
}

function limitsOf(host: AttemptHost, at: AttemptPlace): Parameters<typeof runTool>[3] {
  return { cancel: at.live.cancel, deadlines: host.deadlines };
}

function toolPlace(at: AttemptPlace, id: string, workspace: string | undefined): ToolPlace {
  const { run, task, attempt } = at;
  const place = {
    run: run.id,
    task: task.task.key,
    attempt: attempt.id,
    key: toolKey(attempt, attempt.steps.length, id),
    files: task.task.files,
  };
  return workspace === undefined ? place : { ...place, workspace };
}

/** Records what came of a call; its name only where no start of it is on record. */
function record(
  host: AttemptHost,
  at: AttemptPlace,
  id: string,
  name: string | undefined,
  { output, isError, isBroken }: ToolOutcome,
): void {
  const data: EventData['tool.finished'] = {
    id,
    output,
    ...(name !== undefined && { name }),
    ...(isError && { isError }),
    ...(isBroken && { isBroken }),
  };
  void host.append([{ type: 'tool.finished', ...placeOf(at), actor: actorOf(at), data }]);
}
