import { ConfigError } from '../errors/config-error.ts';
import { suggest } from '../internal/nearest.ts';
import type { Kernel } from './kernel.ts';
import type { Settings } from './settings.ts';

/** How long a model may take to load, in ms. */
const LOAD_MS = 600_000;

/** Has a local model in memory, or out of it. Throws `ConfigError` `config.unknown-model`, `config.not-loadable`, and `ModelError`. */
export async function moveModel(
  { settings, kernel }: { readonly settings: Settings; readonly kernel: Pick<Kernel, 'status'> },
  what: 'load' | 'unload',
  name: string,
  signal: AbortSignal = AbortSignal.timeout(LOAD_MS),
): Promise<void> {
  const { members, lists, fetch } = settings;
  const model = members.get(name)?.model;
  if (model === undefined) {
    throw new ConfigError(
      'config.unknown-model',
      `There is no model ${JSON.stringify(name)} in the team; ${suggest(name, [...members.keys()])}.`,
    );
  }
  const ctx = { signal, ...(fetch === undefined ? {} : { fetch }) };
  if (model.load === undefined || model.unload === undefined) {
    throw new ConfigError(
      'config.not-loadable',
      `${name} (${model.info.provider}/${model.info.id}) cannot be loaded and unloaded by order: only models of LM Studio, Ollama and files of weights (GGUF, ONNX) can.`,
    );
  }
  const over = what === 'load' ? kernel.status.loading(name) : undefined;
  try {
    await (what === 'load' ? model.load(ctx) : model.unload(ctx)).finally(() =>
      lists.forget(model),
    );
    // What is told of it is what its server says now; where it does not say, it is asked again before its next call.
    await lists.look(model).catch(() => undefined);
  } finally {
    // Only now: what was known of it before is over.
    over?.();
  }
}
