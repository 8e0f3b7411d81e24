import type {
  LanguageModelV2,
  LanguageModelV2StreamPart,
  LanguageModelV3,
  LanguageModelV3StreamPart,
  LanguageModelV4,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import { ConfigError } from '@overseer/core/plugin';
import { boundedFetch } from '../internal/bounded-fetch.ts';

/** A language model of an AI SDK provider, in any of its last three specifications. */
export type AiSdkModel = LanguageModelV2 | LanguageModelV3 | LanguageModelV4;

/** What a stream of any of the specifications holds. */
export type AiSdkPart =
  | LanguageModelV2StreamPart
  | LanguageModelV3StreamPart
  | LanguageModelV4StreamPart;

/**
 * A model, or a function that makes one which reaches the network through the `fetch` it is given. A model's own `fetch` was
 * fixed when its provider was made, so that only the function can serve hosts that bring one (`CallContext.fetch`).
 */
export type AiSdkSource = AiSdkModel | ((fetch: typeof globalThis.fetch) => AiSdkModel);

/** The kinds of model that are understood. */
const VERSIONS: ReadonlySet<unknown> = new Set(['v2', 'v3', 'v4']);

/** The model for a `fetch`; `undefined` where none can be made for it. */
export interface KeptAiSdkModels {
  (fetch: typeof globalThis.fetch | undefined): AiSdkModel | undefined;
  /** Lets go of those that were made for the `fetch` of calls. */
  release(): void;
}

/** Keeps one model for the host's own network, and one for each `fetch` that calls bring. */
export function aiSdkModels(source: AiSdkSource): KeptAiSdkModels {
  const make = typeof source === 'function' ? source : undefined;
  const own = checked(
    typeof source === 'function' ? source(boundedFetch(undefined, 'lines')) : source,
  );
  let byFetch = new WeakMap<typeof globalThis.fetch, AiSdkModel>();
  const modelFor = (fetch: typeof globalThis.fetch | undefined): AiSdkModel | undefined => {
    if (fetch === undefined) return own;
    let model = byFetch.get(fetch);
    if (model === undefined && make !== undefined) {
      model = checked(make(boundedFetch(fetch, 'lines')));
      byFetch.set(fetch, model);
    }
    return model;
  };
  const release = (): void => {
    byFetch = new WeakMap();
  };
  return Object.assign(modelFor, { release });
}

function checked(model: AiSdkModel): AiSdkModel {
  const { specificationVersion, modelId } = (model ?? {}) as Partial<AiSdkModel>;
  if (VERSIONS.has(specificationVersion) && typeof modelId === 'string') return model;
  const what =
    specificationVersion === undefined
      ? 'what fromAiSdk was given is no language model of the AI SDK'
      : `fromAiSdk was given a model of specification ${String(specificationVersion)}`;
  throw new ConfigError(
    'config.ai-sdk-model',
    `${what}; give it a model of specification v2, v3 or v4, such as createOpenAI()('gpt-x'), or a function that makes one`,
  );
}

/** The name under which a provider keeps its own data in options and metadata: `openai` for `openai.responses`. */
export function familyOf(provider: string): string {
  return provider.split('.')[0] ?? provider;
}
