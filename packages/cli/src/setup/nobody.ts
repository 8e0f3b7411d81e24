import { ModelError } from '@overseer/core/plugin';
import type { Model } from '@overseer/core/spec';

/** A team of nobody: it opens a journal to give orders about what is in it, and asks no model anything. */
export const nobody: {
  readonly overseer: 'nobody';
  readonly models: { readonly nobody: { readonly model: Model } };
} = { overseer: 'nobody', models: { nobody: { model: noModel() } } };

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
