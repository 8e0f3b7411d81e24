import type { Json, JsonObject } from './json.ts';

/** Provider data that must travel back untouched (signatures, item ids, cache marks), keyed by provider. */
export interface Meta {
  readonly [provider: string]: JsonObject;
}

/** Plain text. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  readonly meta?: Meta;
}

/** What a model thought before it answered. Shown, never executed; dropped when the task moves to another provider. */
export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly text: string;
  readonly meta?: Meta;
}

/** A file or image; `data` is base64 text or an http(s) URL. */
export interface FilePart {
  readonly type: 'file';
  readonly mediaType: string;
  readonly data: string;
  readonly name?: string;
  readonly meta?: Meta;
}

/** A model's wish to use a tool. `raw` is what it wrote; `invalid` says why `raw` is no JSON, and then `input` is that text. */
export interface ToolCallPart {
  readonly type: 'tool-call';
  readonly id: string;
  readonly name: string;
  readonly input: Json;
  readonly raw?: string;
  readonly invalid?: string;
  readonly meta?: Meta;
}

/** What a tool answered to the call of the same `id`. */
export interface ToolResultPart {
  readonly type: 'tool-result';
  readonly id: string;
  readonly name: string;
  readonly output: Json;
  readonly isError?: boolean;
  readonly meta?: Meta;
}

/** Anything else a provider sent, kept so that it can be sent back. `kind` is `provider.name`. */
export interface CustomPart {
  readonly type: 'custom';
  readonly kind: `${string}.${string}`;
  readonly data?: Json;
  readonly meta?: Meta;
}

/** One piece of a message. */
export type Part = TextPart | ReasoningPart | FilePart | ToolCallPart | ToolResultPart | CustomPart;

/** One turn of a conversation. Tool results travel in messages of role `tool`. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly parts: readonly Part[];
  readonly meta?: Meta;
}
