import type { AttemptPlace } from '../attempt/attempt-host.ts';
import type { ModelBreakers } from '../limit/model-breakers.ts';

/**
 * Parts waiting attempts into those that come before tasks that are ready, and those that come after them: whose call
 * failed on a model that is out of order. One request that a model cannot bear would else be the only one that ever
 * tries it again. Of these, who failed least comes first. Pure.
 */
export function probeOrder(
  waiting: Iterable<AttemptPlace>,
  breakers: Pick<ModelBreakers, 'trouble'>,
): { readonly before: readonly AttemptPlace[]; readonly after: readonly AttemptPlace[] } {
  const before: AttemptPlace[] = [];
  const after: AttemptPlace[] = [];
  for (const at of waiting) {
    const { failure, model = '' } = at.attempt;
    const isLast = failure !== undefined && breakers.trouble(model) !== undefined;
    (isLast ? after : before).push(at);
  }
  after.sort((a, b) => a.attempt.failures - b.attempt.failures);
  return { before, after };
}
