import { reportedOverflow } from '../internal/reported-overflow.ts';
import type { TaskState } from '../journal/run-state.ts';
import type { Member } from '../route/member.ts';

const NONE: ReadonlyMap<string, string> = new Map();

/** Models whose window is no larger than one that the task did not fit into, shortened or not, each with the reason. Pure. */
export function tooSmall(
  members: ReadonlyMap<string, Member>,
  { past, forgiven, model }: TaskState,
): ReadonlyMap<string, string> {
  if (past.length === 0) return NONE;
  const small = new Map<string, string>();
  for (const one of past.slice(forgiven)) {
    if (one.overflow === undefined || one.model === undefined) continue;
    const window = knownWindow(members.get(one.model), one.overflow) ?? 0;
    for (const { name, model: other } of members.values()) {
      const { contextWindow = Number.POSITIVE_INFINITY } = other.info;
      // Whoever gave the task to a model by hand knows its window.
      if (contextWindow > window || [one.model, model].includes(name)) continue;
      const why = `its window of ${contextWindow} tokens is no larger than that of ${one.model}, which the task did not fit into`;
      small.set(name, why);
    }
  }
  return small;
}

/** The tokens that a model takes, by what is known of it and what it said when it refused a prompt. Pure. */
export function knownWindow(member: Member | undefined, message: string): number | undefined {
  const declared = member?.model.info.contextWindow;
  const { window } = reportedOverflow(message);
  if (declared === undefined || window === undefined) return declared ?? window;
  return Math.min(declared, window);
}
