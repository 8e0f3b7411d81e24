import { ConfigError } from '../errors/config-error.ts';
import { suggest } from '../internal/nearest.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { Settings } from './settings.ts';
import { type Order, orderedBy } from './work-scope.ts';

/** The event by which another model plans and judges. Throws `ConfigError` `config.unknown-model`. */
export function overseerChanged(
  { members, overseer }: Settings,
  configured: string,
  model: string,
  order: Order,
): EventDraft {
  const names = [...members.keys()];
  if (!members.has(model)) {
    throw new ConfigError(
      'config.unknown-model',
      `There is no model ${JSON.stringify(model)} in the team; ${suggest(model, names)}.`,
    );
  }
  const because = order.because ?? `${model} in place of ${overseer}`;
  return {
    type: 'overseer.changed',
    actor: orderedBy(order),
    data: { model, insteadOf: configured, because },
  };
}
