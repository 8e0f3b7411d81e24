import { ConfigError, ModelError } from '@overseer/core/plugin';
import type { Model } from '@overseer/core/spec';

/** A team of nobody: it opens a journal to give orders about what is in it, and asks no model anything. */
export const nobody: {
  readonly overseer: 'nobody';
  readonly models: { readonly nobody: { readonly model: Model } };
} = { overseer: 'nobody', models: { nobody: { model: noModel() } } };

/** Who stands behind an order, and why. */
export interface OrderFlags {
  readonly by?: string;
  readonly because?: string;
}

/** Both, for what nothing brings back. Throws `ConfigError` `config.approval`, with these words before what to say. */
export function requireOrder(
  { by, because }: OrderFlags,
  words: string,
): { readonly by: string; readonly because: string } {
  if (by !== undefined && because !== undefined) return { by, because };
  throw new ConfigError(
    'config.approval',
    `${words}: say who wants it, and why, with --by and --because.`,
  );
}

function noModel(): Model {
  return {
    spec: 'model/1',
    info: {
      id: 'nobody',
      provider: 'none',
      local: true,
      can: { tools: false, json: 'none', reasoning: false, image: false },
    },
    stream: () => {
      throw new ModelError(
        'unsupported',
        'There is no model here: the journal was opened to give an order, not to work.',
      );
    },
  };
}
