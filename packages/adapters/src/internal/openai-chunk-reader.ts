import type { EventSink } from '@overseer/core/plugin';
import type { FinishReason } from '@overseer/core/spec';
import type { AnswerSource } from './answer-source.ts';
import type { OpenAiChunk, OpenAiDelta, OpenAiPiece, OpenAiUsage } from './openai-chunk.ts';
import { openAiUsage } from './openai-usage.ts';
import { toldError } from './told-error.ts';
import { ToolCallMerge } from './tool-call-merge.ts';

const REASONING = 0;
const TEXT = 1;
const TOOLS = 2;

const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['stop', 'stop'],
  ['eos', 'stop'],
  ['length', 'length'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['content_filter', 'content-filter'],
]);

/** Turns the chunks of one chat completion into events, for every server that speaks this wire. */
export class OpenAiChunkReader {
  readonly #sink: Pick<EventSink, 'event'>;
  readonly #from: AnswerSource;
  #calls: ToolCallMerge | undefined;
  #id = '';
  #model: string | undefined;
  #text = '';
  #reasoning = '';
  #refused = false;
  #reason: string | undefined;
  #usage: OpenAiUsage | undefined;
  #opened = false;

  constructor(from: AnswerSource, sink: Pick<EventSink, 'event'>) {
    this.#from = from;
    this.#sink = sink;
  }

  /** The model that answers, once a chunk has said it. */
  get model(): string | undefined {
    return this.#model;
  }

  /** Takes one chunk. Throws `ModelError` for an error that the server sends in mid-stream. */
  read(chunk: OpenAiChunk): void {
    if (chunk.error !== undefined && chunk.error !== null) {
      throw toldError(this.#from, { error: chunk.error });
    }
    if (!this.#opened) this.#open(chunk);
    if (chunk.usage !== undefined && chunk.usage !== null) this.#usage = chunk.usage;
    const choice = chunk.choices?.[0];
    if (choice === undefined) return;
    const delta = choice.delta ?? numbered(choice.message);
    if (delta !== undefined && delta !== null) this.#add(delta);
    if (choice.finish_reason) this.#reason = choice.finish_reason;
  }

  /** Takes a chunk that holds this text and nothing else that is new. */
  text(text: string): void {
    this.#say('text', text);
  }

  /** Gives the parts and the finish; nothing when the server never said why it stopped, which `guard()` makes an error of. */
  end(): void {
    if (this.#reason === undefined) return;
    const sink = this.#sink;
    const { provider } = this.#from;
    if (this.#reasoning !== '') {
      sink.event({
        type: 'part',
        index: REASONING,
        part: {
          type: 'reasoning',
          text: this.#reasoning,
          // Nothing but whose it is: no other provider is to be sent it.
          ...(provider === undefined ? {} : { meta: { [provider]: {} } }),
        },
      });
    }
    if (this.#text !== '') {
      sink.event({ type: 'part', index: TEXT, part: { type: 'text', text: this.#text } });
    }
    for (const { order, part } of this.#calls?.parts() ?? []) {
      sink.event({ type: 'part', index: TOOLS + order, part });
    }
    const usage = openAiUsage(this.#usage);
    sink.event({
      type: 'finish',
      reason: this.#finishReason(this.#reason),
      raw: this.#reason,
      usage,
    });
  }

  #open(chunk: OpenAiChunk): void {
    this.#opened = true;
    this.#id = chunk.id ?? '';
    this.#model = chunk.model ?? undefined;
    this.#sink.event({
      type: 'meta',
      ...(chunk.id ? { responseId: chunk.id } : {}),
      ...(chunk.model ? { model: chunk.model } : {}),
    });
  }

  #add(delta: OpenAiDelta): void {
    if (typeof delta.content === 'string') this.#say('text', delta.content);
    else if (delta.content) this.#pieces(delta.content);
    const reasoning = delta.reasoning_content ?? delta.reasoning;
    if (typeof reasoning === 'string') this.#say('reasoning', reasoning);
    if (delta.refusal) {
      this.#refused = true;
      this.#say('text', delta.refusal);
    }
    if (delta.tool_calls) {
      this.#calls ??= new ToolCallMerge((order) => `call_${this.#id}_${order}`);
      for (const piece of delta.tool_calls) {
        const { call, added } = this.#calls.add(piece);
        if (added === '') continue;
        const index = TOOLS + call.order;
        this.#sink.event({ type: 'delta', index, kind: 'tool-input', text: added });
      }
    }
  }

  #say(kind: 'text' | 'reasoning', text: string): void {
    if (text === '') return;
    if (kind === 'text') this.#text += text;
    else this.#reasoning += text;
    this.#sink.event({ type: 'delta', index: kind === 'text' ? TEXT : REASONING, kind, text });
  }

  #pieces(pieces: readonly OpenAiPiece[]): void {
    for (const piece of pieces) {
      if (piece.thinking !== undefined) this.#say('reasoning', plainText(piece.thinking));
      else if (piece.text !== undefined) this.#say('text', piece.text);
    }
  }

  #finishReason(raw: string): FinishReason {
    if (this.#refused) return 'content-filter';
    const reason = REASONS.get(raw) ?? 'other';
    // Several servers say `stop` after tool calls.
    return this.#calls !== undefined && this.#calls.size > 0 && reason === 'stop'
      ? 'tool-calls'
      : reason;
  }
}

/** The text of a chunk that says nothing but a piece of text; `undefined` for every other. */
export function plainTextOf(chunk: OpenAiChunk): string | undefined {
  const { choices } = chunk;
  const choice = choices?.[0];
  if (choice === undefined || choices?.length !== 1 || choice.finish_reason) return undefined;
  if (chunk.usage || chunk.error || choice.message) return undefined;
  const content = choice.delta?.content;
  return typeof content === 'string' && saysNoMore(choice.delta) ? content : undefined;
}

/** Whether a delta has nothing but its content, and perhaps a role. */
function saysNoMore(delta: OpenAiDelta | null | undefined): boolean {
  for (const name in delta) {
    if (name === 'content' || name === 'role') continue;
    if (delta[name as keyof OpenAiDelta] !== null) return false;
  }
  return true;
}

/** In a message that comes whole each call is one of its own, also where two have the same id. */
function numbered(message: OpenAiDelta | null | undefined): OpenAiDelta | null | undefined {
  const calls = message?.tool_calls;
  if (!message || !calls) return message;
  return { ...message, tool_calls: calls.map((call, index) => ({ index, ...call })) };
}

function plainText(thinking: string | readonly OpenAiPiece[]): string {
  return typeof thinking === 'string'
    ? thinking
    : thinking.map((piece) => piece.text ?? '').join('');
}
