import { defined } from '@overseer/core/plugin';
import type { ListedModel } from '@overseer/core/spec';
import type { LocalModel } from '../internal/catalogue.ts';
import { field, numberField, textField } from '../internal/fields.ts';

/** A model as LM Studio lists it. */
export interface LmStudioModel extends LocalModel {
  /** What is in memory of it; each is unloaded by its own id. */
  readonly instances: readonly string[];
  /** Whether the server loads by order (0.4 and later); else only a first request does. */
  readonly loadsByOrder: boolean;
  /** The largest window that it was made for; `contextWindow` is that of what is in memory, where something is. */
  readonly largestWindow?: number;
  /** How many requests what is in memory works on at once. */
  readonly parallel?: number;
}

/** Reads `GET /api/v1/models`: what is in memory is a list of instances, each with a window of its own. */
export function readV1(answer: unknown): readonly LmStudioModel[] | undefined {
  return entriesOf(answer, 'models')?.flatMap((entry) => {
    const id = textField(entry, 'key');
    if (id === undefined) return [];
    const loaded = entriesOf(entry, 'loaded_instances') ?? [];
    const config = field(loaded[0], 'config');
    const largestWindow = numberField(entry, 'max_context_length');
    const contextWindow = numberField(config, 'context_length') ?? largestWindow;
    const parallel = numberField(config, 'parallel');
    return [
      {
        id,
        state: loaded.length > 0 ? ('ready' as const) : ('cold' as const),
        chat: field(entry, 'type') !== 'embedding',
        instances: loaded.flatMap((instance) => textField(instance, 'id') ?? []),
        loadsByOrder: true,
        ...defined({ contextWindow, largestWindow, parallel }),
      },
    ];
  });
}

/** `idle` is in memory and wakes by itself; `not-loaded` loads at the first call, so that both can be used. */
const STATES: ReadonlyMap<unknown, ListedModel['state']> = new Map<unknown, ListedModel['state']>([
  ['loaded', 'ready'],
  ['idle', 'ready'],
  ['loading', 'busy'],
  ['not-loaded', 'cold'],
]);

/** Reads `GET /api/v0/models`, or an OpenAI listing, which has no states. */
export function readV0(answer: unknown): readonly LmStudioModel[] | undefined {
  return entriesOf(answer, 'data')?.flatMap((entry) => {
    const id = textField(entry, 'id');
    if (id === undefined) return [];
    const largestWindow = numberField(entry, 'max_context_length');
    const contextWindow = numberField(entry, 'loaded_context_length') ?? largestWindow;
    return [
      {
        id,
        chat: field(entry, 'type') !== 'embeddings',
        instances: [],
        loadsByOrder: false,
        ...defined({ state: STATES.get(field(entry, 'state')), contextWindow, largestWindow }),
      },
    ];
  });
}

function entriesOf(value: unknown, name: string): readonly unknown[] | undefined {
  const list = field(value, name);
  return Array.isArray(list) ? list : undefined;
}
