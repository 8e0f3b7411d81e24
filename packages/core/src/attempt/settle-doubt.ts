import { holdsRedacted } from '../internal/redaction.ts';
import type { ToolStepState } from '../journal/run-state.ts';
import type { Tool } from '../spec/tool.ts';
import { runTool, type ToolBounds, type ToolOutcome, type ToolPlace } from '../tool/run-tool.ts';
import type { ToolLeave } from '../tool/tool-leave.ts';
import { type AttemptHost, type AttemptPlace, draftOf } from './attempt-host.ts';
import { askWhetherDone, readDoubtAnswer } from './tool-doubt.ts';

/** A tool call that started and of whose end nothing is known. */
export interface Doubtful {
  readonly host: AttemptHost;
  readonly at: AttemptPlace;
  /** The call's own. */
  readonly id: string;
  readonly doubt: ToolStepState;
  readonly tool: Tool;
  readonly input: unknown;
  readonly place: ToolPlace;
  readonly bounds: ToolBounds;
}

/** A tool call in doubt, with what gives leave to make it again. */
export interface Repeatable extends Doubtful {
  leave(): ToolLeave;
}

/**
 * Finds out what became of a call in doubt, and makes it where it did not happen. What repeating changes nothing is done
 * again; what can be looked for is looked for; of all else a person is asked, and until then there is no outcome.
 */
export async function settleDoubt(call: Repeatable): Promise<ToolOutcome | undefined> {
  const known = await whatHappened(call);
  if (known === 'asked') return undefined;
  if (known !== 'not-done') return known;
  const { host, at, doubt } = call;
  if (holdsRedacted(doubt.input)) {
    return { output: NOT_KEPT, isError: true };
  }
  const leave = call.leave();
  if (leave.kind === 'wait') return undefined;
  if (leave.kind === 'refused') {
    const output = `It was interrupted, and may not be made again. ${leave.because}`;
    return { output, isError: true, refused: leave.why };
  }
  if (doubt.question !== undefined || leave.kind === 'counted') {
    // The person's word was for the first start; of the end of the second, too, nothing may ever be known.
    const { id, name, input: asked, effect } = doubt;
    const data = { id, name, input: asked, effect, ...leave.record };
    await host.append([draftOf(at, 'tool.started', data)]);
  }
  return await runOrAsk(call);
}

const NOT_KEPT =
  'It was interrupted, and a part of its input is not kept: call it again with all of its input.';

/** Runs a tool. A `once` call that ran out of time is in doubt as one of a dead process is: then there is no outcome yet. */
export async function runOrAsk(call: Omit<Doubtful, 'doubt'>): Promise<ToolOutcome | undefined> {
  const { at, tool, input, place, bounds, id } = call;
  const outcome = await runTool(tool, input, place, bounds);
  const doubt = at.attempt.steps.at(-1)?.tools.get(id) ?? at.attempt.toolStep;
  if (tool.effect !== 'once' || outcome.inDoubt !== true || doubt === undefined) return outcome;
  ask({ ...call, doubt }, undefined);
  return undefined;
}

async function whatHappened(call: Doubtful): Promise<ToolOutcome | 'not-done' | 'asked'> {
  const { at, doubt, tool } = call;
  if (tool.effect === 'none' || tool.effect === 'idempotent') return 'not-done';
  const reply =
    doubt.question === undefined ? undefined : at.attempt.questions?.get(doubt.question)?.reply;
  if (reply === undefined) {
    // Who looks for something else than what was done finds nothing.
    const found = holdsRedacted(doubt.input) ? undefined : await probe(call);
    if (found?.kind === 'done') return { output: found.output, isError: false };
    return found?.kind === 'absent' ? 'not-done' : ask(call, undefined);
  }
  const answer = readDoubtAnswer(reply, tool);
  if (answer.kind === 'done') return { output: answer.output, isError: false };
  if (answer.kind === 'not-done') return 'not-done';
  return ask(call, answer.kind === 'unreadable' ? answer.problem : undefined);
}

function ask({ host, at, doubt, tool }: Doubtful, problem: string | undefined): 'asked' {
  const id = `tool-${at.task.past.length + 1}-${(at.attempt.questions?.size ?? 0) + 1}`;
  const asked = askWhetherDone(doubt.name, doubt.input, tool, problem, host.sensitiveFields);
  const data = { id, tool: doubt.id, ask: asked };
  void host.append([draftOf(at, 'question.asked', data)]);
  host.asked(at);
  return 'asked';
}

/** A probe that fails, or takes longer than the call itself may, knows nothing. */
async function probe({
  tool,
  input,
  place,
  bounds,
}: Doubtful): Promise<Awaited<ReturnType<NonNullable<Tool['probe']>>> | undefined> {
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
  const { isError } = await runTool(asking, input, place, bounds);
  return isError ? undefined : found;
}
