import type { Json, JsonObject } from './json.ts';
import type { Message, Meta, Part } from './message.ts';
import type { ModelReadiness } from './model-status.ts';

/** A tool as a model sees it: `input` is a JSON Schema. */
export interface ToolDescription {
  readonly name: string;
  readonly description?: string;
  readonly input: JsonObject;
  readonly strict?: boolean;
}

/** How hard a reasoning model should think. */
export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** One request to a model. Whatever a provider cannot do becomes a warning in a `meta` event, never a silent drop. */
export interface ModelRequest {
  readonly messages: readonly Message[];
  readonly tools?: readonly ToolDescription[];
  readonly toolChoice?: 'auto' | 'none' | 'required' | { readonly tool: string };
  /** Asks for JSON, optionally after a JSON Schema. */
  readonly output?: {
    readonly type: 'json';
    readonly schema?: JsonObject;
    readonly name?: string;
    readonly strict?: boolean;
  };
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly effort?: Effort;
  /** Passed to the provider as it is, under the provider's name. */
  readonly options?: Meta;
}

/** What a call may use. `fetch` is the one network seam: headers, redaction, recording and faults go through it. */
export interface CallContext {
  readonly signal: AbortSignal;
  /** Replaces the adapter's own transport where given. */
  readonly fetch?: typeof globalThis.fetch;
  readonly headers?: Readonly<Record<string, string>>;
  /** The same for every repetition of one call, over restarts too: for models that go on with a call where it was. */
  readonly key?: string;
  /** Whether a call of that key was begun before; left out where nobody knows. */
  readonly again?: boolean;
  /** With which of `ModelInfo.keyNames` the call goes out; what its answer says of limits is told as it is then. */
  readonly keyName?: string;
}

/** Tokens used; `undefined` means that the provider did not say. Totals include their parts (`input.total` includes cache reads and writes). */
export interface Usage {
  readonly input: {
    readonly total?: number;
    readonly cacheRead?: number;
    readonly cacheWrite?: number;
  };
  readonly output: { readonly total?: number; readonly reasoning?: number };
  /** What the call cost in US dollars, where whoever answers says that itself; it stands in place of what its price makes it. */
  readonly usd?: number;
  readonly raw?: Json;
}

/** Why a model stopped. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other';

/** One bucket of a provider's rate limit, as its headers tell it; `resetAt` is epoch ms. */
export interface RateBucket {
  readonly limit?: number;
  readonly remaining?: number;
  readonly resetAt?: number;
}

/** A provider's rate limits, normalised. */
export type RateLimit = {
  readonly [bucket in 'requests' | 'tokens' | 'inputTokens' | 'outputTokens']?: RateBucket;
};

/** Something the provider could not do as asked. */
export interface ModelWarning {
  readonly kind: 'unsupported' | 'adjusted' | 'other';
  readonly what: string;
  readonly detail?: string;
}

/**
 * What a stream yields: any number of `meta`, `progress`, `delta` and `part`, then exactly one `finish`, or a thrown
 * `ModelError`. A `delta` is for display and may be lost; a `part` is finished and authoritative.
 */
export type ModelEvent =
  | {
      readonly type: 'meta';
      readonly responseId?: string;
      readonly model?: string;
      readonly requestId?: string;
      readonly rate?: RateLimit;
      readonly warnings?: readonly ModelWarning[];
    }
  | {
      readonly type: 'progress';
      /** `work`: what answers does more than one thing for it. */
      readonly phase: 'queue' | 'load' | 'prompt' | 'work';
      readonly fraction?: number;
    }
  | {
      readonly type: 'delta';
      readonly index: number;
      readonly kind: 'text' | 'reasoning' | 'tool-input';
      readonly text: string;
    }
  | { readonly type: 'part'; readonly index: number; readonly part: Part }
  | {
      readonly type: 'finish';
      readonly reason: FinishReason;
      readonly raw?: string;
      readonly usage: Usage;
    };

/** Why a model call failed. `quota` is a refusal that no waiting cures; `rate-limit` is one that waiting does. */
export type ModelErrorKind =
  | 'auth'
  | 'permission'
  | 'not-found'
  | 'invalid'
  | 'context-overflow'
  | 'content-filter'
  | 'unsupported'
  | 'rate-limit'
  | 'quota'
  | 'overloaded'
  | 'loading'
  | 'server'
  | 'timeout'
  | 'network'
  | 'interrupted'
  | 'protocol'
  | 'aborted';

/** Whether a model can do something; `unknown` where nobody said. */
export type Support = boolean | 'unknown';

/** What a model can do. */
export interface ModelCapabilities {
  readonly tools: Support;
  readonly json: 'schema' | 'object' | 'none' | 'unknown';
  readonly reasoning: Support;
  readonly image: Support;
}

/** Prices in US dollars per million tokens (`request`: per call). */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly request?: number;
}

/** What is known of a model before it is called. */
export interface ModelInfo {
  readonly id: string;
  readonly provider: string;
  /** Runs on this host or its network, so that nothing leaves it. */
  readonly local?: boolean;
  /** Where it is served, such as `http://127.0.0.1:1234`, without anything secret: when the server of a local model cannot be reached, all its models are left alone. */
  readonly server?: string;
  /** Tells the key that its calls use from other keys, and is never the key itself: when a key is refused, all its models are left alone. */
  readonly keyId?: string;
  /** The names of several keys, with one of which each call goes out (`CallContext.keyName`): each has limits and breakers of its own. */
  readonly keyNames?: readonly string[];
  readonly contextWindow?: number;
  readonly maxOutput?: number;
  readonly can: ModelCapabilities;
  readonly price?: Price;
  /** The most that one call uses in all, where it does more than its messages and its answer say. */
  readonly perCall?: {
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly usd?: number;
  };
  /** How many calls it takes at once, where the host does not say. */
  readonly atOnce?: number;
  /** A call that broke off is gone on with when it is made again (`CallContext.key`), and its answer tells what both used. */
  readonly resumes?: true;
  /** Beside `resumes`: a call that breaks off because its host is closed goes on where it is, and is charged when it is made again. */
  readonly outlives?: true;
}

/** A model as its server lists it. */
export interface ListedModel {
  readonly id: string;
  /** `cold` is usable: it loads at the first call. `busy`: it is being loaded. Absent where the server does not say. */
  readonly state?: ModelReadiness;
  readonly contextWindow?: number;
}

/** How many input tokens a request has, who counted them, and how far that may be off. */
export interface TokenCount {
  readonly tokens: number;
  /** A tokenizer of the model in this process or its engine's, its provider or server, or nobody: then it is estimated from the text. */
  readonly source: 'tokenizer' | 'provider' | 'estimate';
  /** The true number is at most so many tokens more or less; of an estimate that holds for 19 of 20 texts. 0 where whoever answers counted itself. */
  readonly within: number;
}

/**
 * One language model behind one provider's wire. Translates, and nothing else: makes exactly one request a call, never
 * retries, queues, waits or logs. Works under `guard()`, which turns a stream that just stops into `interrupted`.
 */
export interface Model {
  readonly spec: 'model/1';
  readonly info: ModelInfo;
  /** Throws `ModelError` and nothing else. Closes its socket when `ctx.signal` aborts. */
  stream(request: ModelRequest, ctx: CallContext): AsyncIterable<ModelEvent>;
  /** The models that the server has, asked now. Throws `ModelError`. */
  list?(ctx: CallContext): Promise<readonly ListedModel[]>;
  /** Counts a request's input tokens, by a tokenizer or by whoever answers, and never by an estimate. Throws `ModelError`. */
  countTokens?(request: ModelRequest, ctx: CallContext): Promise<TokenCount>;
  /** Loads a local model, so that the first call need not wait. Throws `ModelError`. */
  load?(ctx: CallContext): Promise<void>;
  /** Frees a local model's memory. Throws `ModelError`. */
  unload?(ctx: CallContext): Promise<void>;
}
