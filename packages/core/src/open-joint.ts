import { ConfigError } from './errors/config-error.ts';
import type { Clock } from './internal/clock.ts';
import type { Ids } from './internal/ids.ts';
import { jointTerms, LEEWAY_MS } from './joint-terms.ts';
import type { OverseerOptions } from './options.ts';
import type { JointPlace } from './run/joint-place.ts';
import type { ModelEntry } from './spec/plugin.ts';

/**
 * Joins those who keep limits together, where the options say so. Throws `ConfigError` (`config.shared-limits`) when another process
 * has other limits for the same, and `StoreError` when the store cannot be opened.
 */
export async function openJoint(
  options: OverseerOptions,
  models: Readonly<Record<string, ModelEntry>>,
  { clock, ids }: { readonly clock: Clock; readonly ids: Ids },
): Promise<JointPlace | undefined> {
  const { sharedLimits } = options;
  if (sharedLimits === undefined) return undefined;
  const store = await sharedLimits.store();
  const terms = jointTerms(options, sharedLimits, models);
  const member = { id: ids(), name: `process ${process.pid}`, terms };
  try {
    const answer = await store.join(member, clock.now());
    if (answer.kind === 'disagrees') {
      const { subject, theirs, other } = answer;
      throw new ConfigError(
        'config.shared-limits',
        `The limits of ${subject} are ${JSON.stringify(terms[subject])} here, and ${JSON.stringify(theirs)} in ${other}, which shares them in ${store.name}: give all processes the same limits, or end that one first.`,
      );
    }
    return { store, member, leewayMs: sharedLimits.leewayMs ?? LEEWAY_MS };
  } catch (error) {
    await store.close().catch(() => undefined);
    throw error;
  }
}
