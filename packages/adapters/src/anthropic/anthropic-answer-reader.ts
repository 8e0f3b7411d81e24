import type { Anthropic } from '@anthropic-ai/sdk';
import { defined, type EventSink } from '@overseer/core/plugin';
import type { FinishReason, Json, JsonObject, Part, Usage } from '@overseer/core/spec';
import type { AnswerReader } from '../internal/answer-body.ts';
import type { AnswerSource } from '../internal/answer-source.ts';
import { noAnswer } from '../internal/no-answer.ts';
import { parseEvent } from '../internal/parse-event.ts';
import { toldError } from '../internal/told-error.ts';
import { readArguments } from '../internal/tool-call-merge.ts';

type Event = Anthropic.RawMessageStreamEvent;
type Delta = Anthropic.RawContentBlockDelta;

/** A content block as it grows. */
interface Growing {
  readonly start: Anthropic.ContentBlock;
  text: string;
  signature: string;
}

/** Turns the events of one message into ours. */
export class AnthropicAnswerReader implements AnswerReader {
  readonly #from: AnswerSource;
  readonly #sink: EventSink;
  readonly #blocks: Map<number, Growing> = new Map();
  #id = '';
  #usage: { readonly [name: string]: unknown } = {};
  #stop: string | undefined;
  #ended = false;

  constructor(from: AnswerSource, sink: EventSink) {
    this.#from = from;
    this.#sink = sink;
  }

  event(data: string, name: string): boolean {
    if (name === 'error') throw toldError(this.#from, data);
    if (data === '' || name === 'ping') return false;
    // Anthropic names its events: what has no name and is no document is a gateway's own, and nothing to its SDK.
    if (name === '' && !data.startsWith('{')) return false;
    const event = parseEvent(data, this.#from);
    if (saysError(event)) throw toldError(this.#from, event);
    this.#read(event as Event);
    return this.#ended;
  }

  whole(document: unknown): void {
    const message = document as Anthropic.Message | null;
    if (!Array.isArray(message?.content) || saysError(message)) {
      throw noAnswer(document, 'the server sent a document that holds no content', this.#from);
    }
    this.#read({ type: 'message_start', message });
    for (const [index, block] of message.content.entries()) {
      this.#read({ type: 'content_block_start', index, content_block: block });
      this.#close(index);
    }
    this.#stop = message.stop_reason ?? undefined;
    this.#ended = true;
  }

  /** Events of kinds that nobody knew when this was written are passed over. */
  #read(event: Event): void {
    switch (event.type) {
      case 'message_start':
        this.#id = event.message.id ?? '';
        this.#usage = { ...event.message.usage };
        this.#sink.event({
          type: 'meta',
          responseId: event.message.id,
          model: event.message.model,
        });
        return;
      case 'content_block_start':
        this.#blocks.set(event.index, open(event.content_block));
        return;
      case 'content_block_delta':
        this.#grow(event.index, event.delta);
        return;
      case 'content_block_stop':
        this.#close(event.index);
        return;
      case 'message_delta':
        this.#stop = event.delta.stop_reason ?? this.#stop;
        // Counts are cumulative, and null where they say nothing new.
        this.#usage = { ...this.#usage, ...withoutNull(event.usage ?? {}) };
        return;
      case 'message_stop':
        this.#ended = true;
        return;
    }
  }

  end(): void {
    if (!this.#ended) return;
    // What was shown as it came is part of the answer, whether or not the server said that it was whole.
    for (const index of this.#blocks.keys()) this.#close(index);
    const reason = REASONS.get(this.#stop ?? '') ?? 'other';
    this.#sink.event({
      type: 'finish',
      reason,
      ...(this.#stop === undefined ? {} : { raw: this.#stop }),
      usage: anthropicUsage(this.#usage),
    });
  }

  #grow(index: number, delta: Delta): void {
    const block = this.#blocks.get(index);
    if (block === undefined) return;
    switch (delta.type) {
      case 'text_delta':
        block.text += delta.text;
        this.#sink.event({ type: 'delta', index, kind: 'text', text: delta.text });
        return;
      case 'thinking_delta':
        block.text += delta.thinking;
        this.#sink.event({ type: 'delta', index, kind: 'reasoning', text: delta.thinking });
        return;
      case 'input_json_delta':
        block.text += delta.partial_json;
        if (delta.partial_json === '') return;
        this.#sink.event({ type: 'delta', index, kind: 'tool-input', text: delta.partial_json });
        return;
      case 'signature_delta':
        block.signature += delta.signature;
        return;
    }
  }

  #close(index: number): void {
    const block = this.#blocks.get(index);
    if (block === undefined) return;
    this.#blocks.delete(index);
    this.#sink.event({ type: 'part', index, part: this.#partOf(block, index) });
  }

  /** A call that a gateway has left without an id gets one, so that its result can name it. */
  #partOf(block: Growing, index: number): Part {
    const part = partOf(block);
    if (part.type !== 'tool-call' || part.id) return part;
    return { ...part, id: `call_${this.#id}_${index}` };
  }
}

const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool-calls'],
  ['refusal', 'content-filter'],
]);

function saysError(document: object): boolean {
  const { type, error } = document as { readonly type?: unknown; readonly error?: unknown };
  return type === 'error' || (error !== undefined && error !== null);
}

function open(start: Anthropic.ContentBlock): Growing {
  const text = start.type === 'text' ? start.text : start.type === 'thinking' ? start.thinking : '';
  return { start, text, signature: start.type === 'thinking' ? start.signature : '' };
}

function partOf({ start, text, signature }: Growing): Part {
  switch (start.type) {
    case 'text':
      return { type: 'text', text };
    case 'thinking':
      return { type: 'reasoning', text, meta: { anthropic: { signature } } };
    case 'redacted_thinking':
      return { type: 'reasoning', text: '', meta: { anthropic: { redacted: start.data } } };
    case 'tool_use': {
      const raw = text === '' ? JSON.stringify(start.input ?? {}) : text;
      return { type: 'tool-call', id: start.id, name: start.name, raw, ...readArguments(raw) };
    }
    default:
      return { type: 'custom', kind: `anthropic.${start.type}`, data: customData(start, text) };
  }
}

/** A server tool's call streams its input, which then belongs into its block. */
function customData(start: object, text: string): JsonObject {
  const data = start as JsonObject;
  return text === '' ? data : { ...data, input: readArguments(text).input };
}

/** Usage in our form: Anthropic's `input_tokens` leaves out what the cache read and wrote. */
export function anthropicUsage(usage: { readonly [name: string]: unknown }): Usage {
  const fresh = count(usage['input_tokens']);
  const cacheRead = count(usage['cache_read_input_tokens']);
  const cacheWrite = count(usage['cache_creation_input_tokens']);
  const details = usage['output_tokens_details'] as { readonly thinking_tokens?: unknown } | null;
  const total = fresh === undefined ? undefined : fresh + (cacheRead ?? 0) + (cacheWrite ?? 0);
  return {
    input: defined({ total, cacheRead, cacheWrite }),
    output: defined({
      total: count(usage['output_tokens']),
      reasoning: count(details?.thinking_tokens),
    }),
    raw: usage as Json,
  };
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function withoutNull(usage: object): { readonly [name: string]: unknown } {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== null));
}
