import { builtInModel, builtInModels } from './built-in.ts';
import type { MockModel, MockModelState } from './mock-model.ts';
import { createModelLimiter, type ModelLimiter } from './model-limiter.ts';

/** A model of a running service, with what has happened to it. */
export interface ModelEntry {
  readonly model: MockModel;
  readonly limiter: ModelLimiter | undefined;
  /** How many requests it has had. */
  requests: number;
  /** The instances that a local server has in memory. */
  instances: readonly string[];
  /** When it is in memory, where it is on its way; epoch ms. */
  readyAt: number;
  /** When it is put out of memory for want of use; epoch ms. */
  expiresAt: number;
  /** When it was last asked; epoch ms. */
  usedAt: number;
  /** The window that it was brought into memory with, where whoever asked said one. */
  window: number | undefined;
  /** How often it was put out of memory while it might have been answering. */
  evictions: number;
}

/** The models of a running service. */
export interface Catalogue {
  /** The model of that name, where it exists. */
  find(id: string): ModelEntry | undefined;
  list(): readonly ModelEntry[];
  /** Most models in memory at once. */
  readonly maxLoaded: number;
}

/** The models of a scenario, or without one those that are built in, where every name exists. */
export function createCatalogue(
  models: readonly MockModel[] | undefined,
  maxLoaded: number = Number.POSITIVE_INFINITY,
  every: Partial<MockModel> = {},
): Catalogue {
  const entryOf = (model: MockModel): ModelEntry => newEntry({ ...model, ...every });
  const listed = (models ?? builtInModels.map(builtInModel)).map(entryOf);
  const entries = new Map(listed.map((entry) => [entry.model.id, entry]));
  return {
    maxLoaded,
    list: () => listed,
    find(id) {
      const known = entries.get(id);
      if (known !== undefined || models !== undefined) return known;
      const entry = entryOf(builtInModel(id));
      // A name too many works like any other, only that nothing is remembered of it.
      if (entries.size < MOST_NAMES) entries.set(id, entry);
      return entry;
    },
  };
}

/** Whether a local server has the model in memory, and in use. */
export function stateOf(entry: ModelEntry): MockModelState {
  if (entry.instances.length === 0) return 'not-loaded';
  return entry.model.state === 'idle' && entry.requests === 0 ? 'idle' : 'loaded';
}

/** Loads one more instance and returns its id: the model's own, then `<id>:2` and so on. */
export function loadInstance(entry: ModelEntry): string {
  const { id } = entry.model;
  let instance = id;
  for (let n = 2; entry.instances.includes(instance); n++) instance = `${id}:${n}`;
  entry.instances = [...entry.instances, instance];
  return instance;
}

const MOST_NAMES = 1000;

function newEntry(model: MockModel): ModelEntry {
  return {
    model,
    limiter: model.limit === undefined ? undefined : createModelLimiter(model.limit),
    requests: 0,
    instances: model.state === 'not-loaded' ? [] : [model.id],
    readyAt: 0,
    expiresAt: Number.POSITIVE_INFINITY,
    usedAt: 0,
    window: undefined,
    evictions: 0,
  };
}
