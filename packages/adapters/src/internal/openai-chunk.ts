/** One chunk of a chat completion stream, as servers of all kinds really send it: anything may be missing. */
export interface OpenAiChunk {
  readonly id?: string | null;
  readonly model?: string | null;
  readonly choices?: readonly OpenAiChoice[] | null;
  readonly usage?: OpenAiUsage | null;
  readonly error?: unknown;
}

/** One choice; servers that do not stream send `message` instead of `delta`. */
export interface OpenAiChoice {
  readonly delta?: OpenAiDelta | null;
  readonly message?: OpenAiDelta | null;
  readonly finish_reason?: string | null;
}

/** What a chunk adds. Mistral sends content as a list of pieces when a model reasons. */
export interface OpenAiDelta {
  readonly content?: string | readonly OpenAiPiece[] | null;
  readonly reasoning_content?: string | null;
  readonly reasoning?: unknown;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly OpenAiToolCall[] | null;
}

/** A piece of content. */
export interface OpenAiPiece {
  readonly type?: string;
  readonly text?: string;
  readonly thinking?: string | readonly OpenAiPiece[];
}

/** A piece of a tool call. */
export interface OpenAiToolCall {
  readonly index?: number | null;
  readonly id?: string | null;
  readonly function?: { readonly name?: string | null; readonly arguments?: unknown } | null;
}

/** Counts of tokens; `prompt_tokens` includes what came from the cache. */
export interface OpenAiUsage {
  readonly prompt_tokens?: number | null;
  readonly completion_tokens?: number | null;
  readonly prompt_tokens_details?: {
    readonly cached_tokens?: number | null;
    readonly cache_write_tokens?: number | null;
  } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number | null } | null;
}
