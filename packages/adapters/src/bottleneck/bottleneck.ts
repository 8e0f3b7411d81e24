import type { Model, ModelEntry, Plugin } from '@overseer/core/spec';
import { type BottleneckOptions, checkOptions } from './bottleneck-options.ts';
import { Turns } from './turns.ts';
import { wrapModel } from './wrap-model.ts';

/** One Bottleneck that model calls go through, however many models share it. */
export interface BottleneckLimiter extends AsyncDisposable {
  /** Calls that wait for their turn now. */
  readonly waiting: number;
  /** Calls that have their turn now. */
  readonly running: number;
  /**
   * The model with its calls in turn with all others of this limiter. A call that waits tells so by `progress`, and leaves
   * at once when it is aborted; 1,000 may wait, and one more fails with `overloaded`.
   */
  model(model: Model): Model;
  /** A team whose models all go through this limiter together. */
  team<T extends Readonly<Record<string, ModelEntry>>>(models: T): T;
  /** A plugin that brings a team through this limiter, and closes it with the overseer. */
  plugin(models?: Readonly<Record<string, ModelEntry>>): Plugin;
  /** Takes no more calls, which fail with `aborted`; resolves when those that wait and those that run have ended. */
  close(): Promise<void>;
}

/**
 * Spacing and concurrency of model calls by Bottleneck, over all models that are given to it. Throws `ConfigError`
 * `config.bottleneck` for every other option of Bottleneck, saying what to use instead: its reservoirs let twice the amount
 * through at a boundary and may stop for good, its priorities starve, and its expiration does not bound waiting.
 */
export function bottleneck(options: BottleneckOptions): BottleneckLimiter {
  const turns = new Turns(checkOptions(options));
  const close = (): Promise<void> => turns.close();
  const team = <T extends Readonly<Record<string, ModelEntry>>>(models: T): T => {
    const wrapped = Object.entries(models).map(([name, entry]) => [
      name,
      { ...entry, model: wrapModel(entry.model, turns) },
    ]);
    return Object.fromEntries(wrapped);
  };
  return {
    get waiting() {
      return turns.waiting;
    },
    get running() {
      return turns.running;
    },
    model: (model) => wrapModel(model, turns),
    team,
    plugin: (models = {}) => ({
      spec: 'plugin/1',
      name: 'bottleneck',
      setup: () => ({ models: team(models), dispose: close }),
    }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
