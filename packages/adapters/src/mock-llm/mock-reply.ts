import type { Json } from '@overseer/core/spec';

/** What a mock model answers: reasoning, then text, then tool calls, in the dialect that was asked. */
export interface MockReply {
  readonly text?: string;
  readonly reasoning?: string;
  readonly toolCalls?: readonly MockToolCall[];
  /** Replaces counted tokens in the usage that is reported (and counted). */
  readonly usage?: MockUsage;
  /** Replaces the model's. */
  readonly tokensPerSecond?: number;
  /** Replaces the model's. */
  readonly firstTokenMs?: number;
  /** How many tokens of `text` come in one piece of a stream, which pace and faults count as one; the default is 1. */
  readonly tokensPerPiece?: number;
  /** Says `text` again and again until the client leaves. */
  readonly endless?: boolean;
  /** The model that the reply names in place of the one that was asked, as servers do that answer with another. */
  readonly answeredBy?: string;
  /** Leaves the ids of tool calls out, or empty in the wires that always have the field: OpenAI's and Anthropic's. */
  readonly withoutIds?: boolean;
  /** Gives all tool calls of the reply one id; `withoutIds` goes before it. */
  readonly sameIds?: boolean;
  /** Stops it after its text by the provider's filter, which takes its tool calls away; where a wire has no word for that, it just stops. */
  readonly filtered?: boolean;
  /** What goes wrong; the default is nothing. */
  readonly fault?: MockFault;
}

/** A tool call that a mock model makes; the service gives it an id in the provider's form. */
export interface MockToolCall {
  readonly name: string;
  readonly input: Json;
}

/** Tokens as a reply reports them. `input` includes what was read from and written to a cache, `output` includes reasoning. */
export interface MockUsage {
  readonly input?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly output?: number;
  readonly reasoning?: number;
}

/** A refusal by HTTP status, in the provider's own form. */
export interface MockStatus {
  readonly status: number;
  /** Sent as `retry-after`, in seconds that are whole. */
  readonly retryAfterMs?: number;
  /** The provider's own code; the default is what it sends with this status. */
  readonly code?: string;
  readonly message?: string;
}

/**
 * What goes wrong with a reply. All kinds but `status` happen after that many tokens (0 is after the opening events); a
 * reply that is shorter breaks off after its last token and before its closing events.
 */
export type MockFault =
  | ({ readonly kind: 'status' } & MockStatus)
  /** The connection is destroyed. */
  | { readonly kind: 'cut'; readonly afterTokens: number }
  /** The body ends cleanly without the closing events. */
  | { readonly kind: 'truncated'; readonly afterTokens: number }
  /** Nothing more comes, until the client leaves. */
  | { readonly kind: 'stall'; readonly afterTokens: number }
  /** An error event in the provider's own form, then the end. Where nothing is streamed it is a 500 (Anthropic: 529). */
  | { readonly kind: 'midstream-error'; readonly afterTokens: number }
  /** A piece that is no JSON, then the end. */
  | { readonly kind: 'malformed'; readonly afterTokens: number }
  /** The model is put out of memory, as by another that is loaded: a mid-stream error, and a local server has to load it anew. */
  | { readonly kind: 'evict'; readonly afterTokens: number };
