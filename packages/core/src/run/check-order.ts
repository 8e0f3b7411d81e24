import { ConfigError } from '../errors/config-error.ts';
import { requireFields } from '../internal/require-fields.ts';
import type { Order } from './work-scope.ts';

const FIELDS: readonly (keyof Order)[] = ['because', 'by'];

/**
 * Checks who gave an order and why, which may come from JavaScript and is recorded as it stands. Throws `ConfigError`
 * `config.order`.
 */
export function checkOrder(order: Order): void {
  requireFields('who gives an order and why', order, FIELDS, 'config.order');
  for (const field of FIELDS) {
    const value: unknown = order[field];
    if (value === undefined || (typeof value === 'string' && value.trim() !== '')) continue;
    throw new ConfigError(
      'config.order',
      `An order says ${field === 'by' ? 'who gave it, by a name' : 'why, in words'}: ${field} is a text that is not empty; leave it out where there is none.`,
    );
  }
}
