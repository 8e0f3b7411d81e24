import { defined } from '../internal/defined.ts';
import { holdsRedacted } from '../internal/redaction.ts';
import { hiddenFields } from '../journal/hidden-fields.ts';
import type { ToolStepState } from '../journal/run-state.ts';
import type { EventData } from '../spec/event.ts';
import type { ToolCallPart } from '../spec/message.ts';
import type { ToolStep } from '../spec/task.ts';
import type { Tool } from '../spec/tool.ts';
import type { ToolRefusal } from '../spec/tool-caller.ts';
import type { ToolCheck, ToolWish } from '../tool/check-tool-call.ts';
import { outOfOrder } from '../tool/out-of-order.ts';
import {
  runToolThen,
  type ToolBounds,
  type ToolOutcome,
  type ToolPlace,
} from '../tool/run-tool.ts';
import type { ToolLeave, ToolRecord } from '../tool/tool-leave.ts';
import { type AttemptHost, type AttemptPlace, draftOf } from './attempt-host.ts';
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
  if (doubt === undefined && holdsRedacted(wish.input)) return refuse(host, at, id, wish, NOT_KEPT);
  const check = doubt === undefined ? allowedNow(host, at, id, wish) : host.access.recheck(wish);
  if (check.kind === 'refused') return refuse(host, at, id, wish, check);
  if (doubt !== undefined) return performInDoubt(host, at, id, wish, check, doubt);
  const leave = host.access.leave(at, wish.name, check);
  if (leave.kind === 'refused') return refuse(host, at, id, wish, leave);
  if (leave.kind === 'wait') return undefined;
  const { tool, input } = check;
  // Of a tool that failed each start is known, so that one call at a time tries it again.
  if (tool.effect !== 'none' || leave.kind === 'counted' || host.toolFailed(wish.name)) {
    return performOnRecord(host, at, id, wish, check, leave.record);
  }
  const run = (folder: string | undefined): Promise<void> =>
    runToolThen(tool, input, toolPlace(at, id, folder), boundsOf(host, at), (outcome) =>
      record(host, at, id, wish.name, outcome),
    );
  const opening = openWorkspace(host, at);
  return opening === undefined ? run(undefined) : opening.then(({ path }) => run(path));
}

/** After a restart, or where a model repeats a mark that it was shown. */
const NOT_KEPT = {
  because:
    'Its input has a mark where something was that is not kept ("⟦redacted: …⟧"): call it again with all of its input.',
  why: 'invalid',
} as const;

type Allowed = Extract<ToolCheck, { kind: 'allowed' }>;

async function performOnRecord(
  host: AttemptHost,
  at: AttemptPlace,
  id: string,
  wish: ToolWish,
  { tool, input }: Allowed,
  told: ToolRecord | undefined,
): Promise<void> {
  const data = { id, name: wish.name, input: wish.input, effect: tool.effect, ...told };
  await host.append([draftOf(at, 'tool.started', data, actorOf(at))]);
  const workspace = await openWorkspace(host, at);
  const place = toolPlace(at, id, workspace?.path);
  const outcome = await runOrAsk({ host, at, id, tool, input, place, bounds: boundsOf(host, at) });
  if (outcome !== undefined) record(host, at, id, nameToHide(tool, wish.name), outcome);
}

/** A call that began and of whose end nothing is known had leave then; to be made again it needs leave now. */
async function performInDoubt(
  host: AttemptHost,
  at: AttemptPlace,
  id: string,
  wish: ToolWish,
  { tool, input }: Allowed,
  doubt: ToolStepState,
): Promise<void> {
  const workspace = await openWorkspace(host, at);
  const place = toolPlace(at, id, workspace?.path);
  const leave = (): ToolLeave => {
    const check = host.access.check(at, id, wish);
    return check.kind === 'refused' ? check : host.access.leave(at, wish.name, check);
  };
  const call = { host, at, id, tool, input, place, bounds: boundsOf(host, at), doubt, leave };
  const outcome = await settleDoubt(call);
  if (outcome !== undefined) record(host, at, id, nameToHide(tool, wish.name), outcome);
}

/** Whether a call may be made: a tool that is out of order is refused in words. */
function allowedNow(host: AttemptHost, at: AttemptPlace, id: string, wish: ToolWish): ToolCheck {
  const check = host.access.check(at, id, wish);
  // A step was given its turn when its task was.
  const isAsked = at.task.task.step === undefined;
  const down = isAsked && check.kind === 'allowed' ? host.toolDown(wish.name) : undefined;
  if (down === undefined) return check;
  const because = outOfOrder(wish.name, down, host.clock.now());
  return { kind: 'refused', because, why: 'out-of-order' };
}

function refuse(
  host: AttemptHost,
  at: AttemptPlace,
  id: string,
  { name }: ToolWish,
  { because, why }: { readonly because: string; readonly why: ToolRefusal },
): undefined {
  record(host, at, id, name, { output: because, isError: true, refused: why });
}

function actorOf({ attempt }: AttemptPlace): string {
  return attempt.model === undefined ? 'overseer' : `model:${attempt.model}`;
}

function boundsOf(host: AttemptHost, at: AttemptPlace): ToolBounds {
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

/** Where its start is on record its name is said again only for those who write down what it gave, to hide parts of that. */
function nameToHide(tool: Tool, name: string): string | undefined {
  return hiddenFields(tool).output === undefined ? undefined : name;
}

/** Records what came of a call; its name only where no start of it is on record. */
function record(
  host: AttemptHost,
  at: AttemptPlace,
  id: string,
  name: string | undefined,
  { output, isError, isBroken, refused }: ToolOutcome,
): void {
  const said = name === undefined ? { id, output } : { id, output, name };
  const data: EventData['tool.finished'] = isError
    ? { ...said, isError, ...defined({ isBroken, refused }) }
    : said;
  void host.append([draftOf(at, 'tool.finished', data, actorOf(at))]);
  host.access.ended(at);
}
