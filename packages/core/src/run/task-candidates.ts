import { closingOf } from '../attempt/closing.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import type { createCandidateFinder } from '../route/candidate-finder.ts';
import type { Candidate } from '../route/candidates.ts';
import { namedCandidate, whyNotNamed } from '../route/named-candidate.ts';
import type { Settings } from './settings.ts';

/** Where candidates come from. */
export interface CandidateSource {
  readonly settings: Settings;
  readonly candidates: ReturnType<typeof createCandidateFinder>;
}

/** The models that may do a task, best first. Pure. */
export function candidatesOf(
  { settings, candidates }: CandidateSource,
  { task, model }: TaskState,
): readonly Candidate[] {
  if (model !== undefined) return givenTo(settings, model);
  const usesTools = settings.roles.of(task).tools.size > 0 || task.grants !== undefined;
  return task.model === undefined
    ? candidates({ role: task.role, kind: task.kind, usesTools })
    : namedCandidate(settings.members, task.model, usesTools);
}

/** Why a task's own wishes, or the members of its ensemble, keep it from ever being done; nothing for most. Pure. */
export function whyNever(
  { members }: Settings,
  run: RunState | undefined,
  state: TaskState,
  candidates: readonly Candidate[],
): string | undefined {
  const model = state.model ?? state.task.model;
  if (model !== undefined && candidates.length === 0) return whyNotNamed(members, model);
  const closing = run === undefined ? undefined : closingOf(run, state);
  return closing?.kind === 'failed' ? closing.because : undefined;
}

/** The one model that somebody gave a task to, as long as it is in the team. */
function givenTo({ members }: Settings, model: string): readonly Candidate[] {
  const member = members.get(model);
  const because = 'was given it by hand';
  return member === undefined ? [] : [{ member, rank: 0, because, fallbackOf: undefined }];
}
