import { ConfigError } from './errors/config-error.ts';
import { requireFields } from './internal/require-fields.ts';
import { requireKnown } from './internal/require-known.ts';
import { checkOrder } from './run/check-order.ts';
import type { Order } from './run/work-scope.ts';
import type { ModelEntry } from './spec/plugin.ts';

/** How a model leaves the team. */
export interface RemoveOrder extends Order {
  /** Lets its calls under way end (`finish`, the default), or breaks them off for another model to make (`move`). */
  readonly calls?: 'finish' | 'move';
  /** Takes it out although there are tasks that nobody else can do; these fail. */
  readonly force?: boolean;
}

/** What of a model is changed; what is left out stays, and `undefined` is as if it had never been said. */
export type ModelChange = { readonly [K in keyof ModelEntry]?: ModelEntry[K] | undefined };

const FIELDS: readonly (keyof RemoveOrder)[] = ['calls', 'force', 'because', 'by'];

/** Checks how a model is to leave the team. Throws `ConfigError` `config.order`. */
export function checkRemoval(removal: RemoveOrder): void {
  requireFields('how a model leaves the team', removal, FIELDS, 'config.order');
  const { calls = 'finish', force = false, ...order } = removal;
  checkOrder(order);
  requireKnown('way with calls of a model', calls, ['finish', 'move'], 'config.order');
  if (typeof force === 'boolean') return;
  throw new ConfigError(
    'config.order',
    `The field force of how a model leaves the team is true or false, and not ${JSON.stringify(force)}.`,
  );
}

/** Checks that what changes of a model is an object; its fields are looked at with the whole entry. Throws `ConfigError` `config.invalid`. */
export function requireChange(change: ModelChange): void {
  const given: unknown = change;
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return;
  throw new ConfigError(
    'config.invalid',
    `Expected what changes of a model, an object such as { concurrency: 2 }, and not ${Array.isArray(given) ? 'a list' : String(given)}.`,
  );
}
