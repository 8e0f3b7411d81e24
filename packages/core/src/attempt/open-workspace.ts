import { OverseerError } from '../errors/overseer-error.ts';
import type { AttemptState, ToolStepState } from '../journal/run-state.ts';
import type { Workspace, WorkspaceProvider } from '../spec/workspace.ts';
import { runTool } from '../tool/run-tool.ts';
import { type AttemptHost, type AttemptPlace, draftOf, placeOf } from './attempt-host.ts';
import { toolKey } from './tool-key.ts';

/** Kinds of task that are answered in words whatever there is to work on. */
const WORDS_ALONE: ReadonlySet<string> = new Set(['plan', 'review']);

/**
 * The attempt's folder, opened once; `undefined` for tasks that work on no files. A resumed attempt's folder is rebuilt
 * from its base by repeating the recorded tool calls, so that a tool that was cut short leaves nothing half done; where
 * one of them must not be repeated, the folder is taken as it is. Rejects with `workspace.lost` where a call does not
 * succeed again: what it wrote is missing, and the attempt cannot go on as if it were there.
 */
export function openWorkspace(host: AttemptHost, at: AttemptPlace): Promise<Workspace> | undefined {
  const provider = host.workspaces;
  if (provider === undefined || WORDS_ALONE.has(at.task.task.kind)) return undefined;
  at.live.workspace ??= open(host, at, provider);
  return at.live.workspace;
}

async function open(
  host: AttemptHost,
  at: AttemptPlace,
  provider: WorkspaceProvider,
): Promise<Workspace> {
  const { attempt, live } = at;
  const { signal } = live.cancel;
  const { base } = attempt;
  if (base === undefined) {
    const workspace = await provider.open({ attempt: attempt.id, signal });
    await host.append([draftOf(at, 'workspace.opened', { base: workspace.base })]);
    return workspace;
  }
  const done = recordedTools(attempt);
  const repeatable = done.every((tool) => tool.effect === 'none' || tool.effect === 'idempotent');
  const workspace = await provider.open({
    attempt: attempt.id,
    base,
    keep: !repeatable,
    signal,
  });
  if (repeatable) await repeat(host, at, workspace, done);
  return workspace;
}

/** A recorded tool call with the key that it had. */
type Recorded = ToolStepState & { readonly key: string };

function recordedTools(attempt: AttemptState): readonly Recorded[] {
  const keyed = (tool: ToolStepState, step: number): Recorded => ({
    ...tool,
    key: toolKey(attempt, step, tool.id),
  });
  const tools = attempt.steps.flatMap((step, index) =>
    [...step.tools.values()].map((tool) => keyed(tool, index + 1)),
  );
  return attempt.toolStep === undefined ? tools : [keyed(attempt.toolStep, 0), ...tools];
}

async function repeat(
  host: AttemptHost,
  at: AttemptPlace,
  workspace: Workspace,
  done: readonly Recorded[],
): Promise<void> {
  for (const { key, name, input, effect, result } of done) {
    if (effect !== 'idempotent' || result === undefined || result.isError) continue;
    // It had leave when it was made; a grant that ended since must not lose what it wrote.
    const check = host.access.recheck({ name, input });
    if (check.kind === 'refused') throw lost(name, check.because);
    const place = {
      ...placeOf(at),
      key,
      workspace: workspace.path,
      files: at.task.task.files,
    };
    const outcome = await runTool(check.tool, check.input, place, {
      cancel: at.live.cancel,
      deadlines: host.deadlines,
    });
    if (outcome.isError) throw lost(name, String(outcome.output));
  }
}

function lost(tool: string, because: string): OverseerError {
  return new OverseerError(
    'workspace.lost',
    `The files of this attempt could not be made again: ${tool} succeeded before, and now did not: ${because}`,
  );
}
