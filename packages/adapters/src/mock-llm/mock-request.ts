import type { Json, JsonObject } from '@overseer/core/spec';

/** Which wire format a request came in. */
export type MockDialect =
  | 'openai-chat'
  | 'openai-responses'
  | 'openai-embeddings'
  | 'anthropic-messages'
  | 'google-content'
  | 'google-embeddings'
  | 'cohere-chat'
  | 'cohere-embeddings'
  | 'ollama-chat'
  | 'ollama-generate'
  | 'lmstudio-v0-chat'
  | 'lmstudio-v0-embeddings'
  | 'lmstudio-v1-chat';

/** A request as rules see it: the same form for every dialect. */
export interface MockRequest {
  readonly dialect: MockDialect;
  readonly model: string;
  /** All system and developer text, joined by a blank line; it is not in `messages`. */
  readonly system: string;
  readonly messages: readonly MockMessage[];
  /** The names of the tools that the model may use. */
  readonly tools: readonly string[];
  /** Whether it may call them, must not, or must. Calls that are scripted for a request with `none` are left out. */
  readonly toolChoice: 'auto' | 'none' | 'required';
  /** The last message's text, or its tool results' where it has no text of its own. */
  readonly lastText: string;
  /** How many requests this model has had, with this one: the first is 1. Refusals count. */
  readonly nth: number;
  /** The key or token that it came with; absent where it has none. */
  readonly key?: string;
  /** The whole body as it came. */
  readonly body: JsonObject;
}

/** One message of a request. */
export interface MockMessage {
  readonly role: 'user' | 'assistant' | 'tool';
  readonly text: string;
  readonly toolCalls: readonly {
    readonly id: string;
    readonly name: string;
    readonly input: Json;
  }[];
  readonly toolResults: readonly { readonly id: string; readonly text: string }[];
}
