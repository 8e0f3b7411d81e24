import { ConfigError } from './errors/config-error.ts';
import type { OverseerOptions } from './options.ts';
import type { ModelEntry } from './spec/plugin.ts';
import type { StateStore } from './spec/store.ts';
import type { TaskTransport } from './spec/transport.ts';

/**
 * Opens what brings calls to workers, where the options name it. Throws `ConfigError` (`config.transport`) for models whose calls
 * nobody would bring to workers, or replies that nobody could bring back, and `StoreError` when it cannot be opened.
 */
export async function openTransport(
  { transport }: Pick<OverseerOptions, 'transport'>,
  models: Readonly<Record<string, ModelEntry>>,
  { name, mail }: StateStore,
): Promise<TaskTransport | undefined> {
  const remote = Object.keys(models).find((model) => models[model]?.workers === true);
  if (transport === undefined && remote !== undefined) {
    throw new ConfigError(
      'config.transport',
      `The calls of ${remote} are for workers, and nothing brings them there: give the option transport, such as pgBoss("…"), or leave workers: true out.`,
    );
  }
  if (transport === undefined) return undefined;
  if (mail === undefined) {
    throw new ConfigError(
      'config.transport',
      `${name} keeps no mail for others than its overseer, so that no worker could reply: use a store for several, such as postgres("…").`,
    );
  }
  return await transport();
}
