import type { ConformanceRule } from './rule.ts';
import { attemptRules } from './workspace/attempt-rules.ts';
import { changeRules } from './workspace/change-rules.ts';
import type { WorkspaceSubject } from './workspace/project.ts';
import { restoreRules } from './workspace/restore-rules.ts';

/** What every `WorkspaceProvider` must keep. Each rule makes its own project and closes it; rules may run at once. */
export function workspaceConformance(subject: WorkspaceSubject): ConformanceRule[] {
  const rules = [...attemptRules, ...changeRules, ...restoreRules];
  return rules.map(({ name, check }) => ({ name, check: () => check(subject) }));
}
