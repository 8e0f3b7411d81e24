import { type Clock, ConfigError, systemClock } from '@overseer/core/plugin';
import type { Price } from '@overseer/core/spec';
import type { BatchWire } from './batch-wire.ts';

/** How calls are put together into batches. All times in ms. */
export interface BatchOptions {
  /** How long calls are collected, from the first of a batch on; the default is 5,000. */
  readonly collectMs?: number;
  /** Most calls of one batch; the default is 300, the most is what the provider takes. */
  readonly most?: number;
  /** Most batches under way at once; further calls wait for one to end. The default is 20. */
  readonly batches?: number;
  /**
   * How long a batch may take before its calls fail with `timeout` and it is cancelled. The default is 25 h: providers give
   * up after 24 h by themselves, and what was answered until then is taken.
   */
  readonly patienceMs?: number;
  /** The first pause between two looks at a batch; it grows by half with each, up to tenfold. The default is 15,000. */
  readonly pollMs?: number;
  /** What of the model's price a call in a batch costs; the default is 0.5. */
  readonly priceFactor?: number;
  /** The default is the system's. */
  readonly clock?: Clock;
}

/** How a model that can be asked in batches may be silent. */
export interface BatchSilence {
  /** How long a look at a batch, or its results, may be silent before they are asked for again, in ms; the default is 300,000. */
  readonly idleTimeoutMs?: number;
}

/** Options with their defaults. */
export type BatchSettings = Required<BatchOptions & BatchSilence>;

/** Fills defaults in. Throws `ConfigError` `config.batch` for what cannot be. */
export function batchSettings(
  options: BatchOptions & BatchSilence,
  { most: mostOfAll }: Pick<BatchWire, 'most'>,
): BatchSettings {
  const settings = filled(options);
  const { most, batches } = settings;
  if (!Number.isInteger(most) || most < 1 || most > mostOfAll)
    throw new ConfigError(
      'config.batch',
      `A batch of ${most} calls cannot be; give most as a whole number from 1 to ${mostOfAll}.`,
    );
  if (!Number.isInteger(batches) || batches < 1)
    throw new ConfigError(
      'config.batch',
      `${batches} batches at once cannot be; give batches as a whole number from 1 on.`,
    );
  for (const name of ['collectMs', 'patienceMs', 'pollMs', 'priceFactor'] as const)
    if (!(settings[name] >= 0) || (name !== 'collectMs' && settings[name] === 0))
      throw new ConfigError(
        'config.batch',
        `The batch option ${name} is ${settings[name]}; give a number above 0.`,
      );
  return settings;
}

function filled(options: BatchOptions & BatchSilence): BatchSettings {
  return {
    collectMs: options.collectMs ?? 5_000,
    most: options.most ?? 300,
    batches: options.batches ?? 20,
    patienceMs: options.patienceMs ?? 25 * 3_600_000,
    pollMs: options.pollMs ?? 15_000,
    priceFactor: options.priceFactor ?? 0.5,
    idleTimeoutMs: options.idleTimeoutMs ?? 300_000,
    clock: options.clock ?? systemClock,
  };
}

/** The price of a call in a batch. */
export function batchPrice(price: Price, factor: number): Price {
  const entries = Object.entries(price).map(([name, usd]) => [name, usd * factor]);
  return Object.fromEntries(entries) as unknown as Price;
}
