import { type EventSink, ModelError, modelRefusal } from '@overseer/core/plugin';
import type { FinishReason, JsonObject, Part } from '@overseer/core/spec';
import type { AnswerReader } from './answer-body.ts';
import type { AnswerSource } from './answer-source.ts';
import { field, numberField, textField } from './fields.ts';
import { noAnswer } from './no-answer.ts';
import type { CheckModel } from './openai-answer-reader.ts';
import { parseEvent } from './parse-event.ts';
import { responseItems } from './response-items.ts';
import { refuses, responsePart } from './response-parts.ts';
import { stateOf } from './response-state.ts';
import { responseUsage } from './response-usage.ts';
import { toldError } from './told-error.ts';

/** What a response is the answer to. */
export interface ResponseCall {
  readonly provider: string;
  /** The conversation, whole. */
  readonly items: readonly JsonObject[];
  /** The response that it goes on from, where the server keeps what came before. */
  readonly previous: string | undefined;
  /** Whether the answer may be gone on from. */
  readonly keeps: boolean;
  readonly check?: CheckModel;
}

/** Reads the answer of OpenAI's responses, as its events or as one document. */
export class ResponseReader implements AnswerReader {
  readonly #from: AnswerSource;
  readonly #sink: Pick<EventSink, 'event'>;
  readonly #call: ResponseCall;
  readonly #items: Map<number, unknown> = new Map();
  #id: string | undefined;
  #opened = false;
  #last: unknown;

  constructor(from: AnswerSource, sink: Pick<EventSink, 'event'>, call: ResponseCall) {
    this.#from = from;
    this.#sink = sink;
    this.#call = call;
  }

  event(data: string, name: string): boolean {
    if (data === '[DONE]') return true;
    if (data === '') return false;
    const event = parseEvent(data, this.#from);
    const type = textField(event, 'type') ?? name;
    const delta = DELTAS.get(type);
    if (delta !== undefined) {
      const text = textField(event, 'delta');
      const index = numberField(event, 'output_index') ?? 0;
      if (text !== undefined) this.#sink.event({ type: 'delta', index, kind: delta, text });
      return false;
    }
    return this.#settle(type, event);
  }

  whole(document: unknown): void {
    if (!Array.isArray(field(document, 'output'))) {
      throw noAnswer(document, 'the server sent a document that holds no output', this.#from);
    }
    this.#finish(document);
  }

  end(): void {
    const last = this.#last;
    if (last === undefined) return;
    const { provider } = this.#call;
    const items = [...this.#items].sort(([a], [b]) => a - b);
    const parts = items.flatMap(([index, item]) => {
      const part = responsePart(item, provider);
      return part === undefined ? [] : [{ index, part }];
    });
    const state = this.#state(parts.map(({ part }) => part));
    for (const [order, { index, part }] of parts.entries()) {
      const isLast = order === parts.length - 1;
      const kept = state === undefined || !isLast ? part : withState(part, provider, state);
      this.#sink.event({ type: 'part', index, part: kept });
    }
    const raw = textField(field(last, 'incomplete_details'), 'reason') ?? 'completed';
    const reason = this.#reason(raw);
    this.#sink.event({ type: 'finish', reason, raw, usage: responseUsage(field(last, 'usage')) });
  }

  #settle(type: string, event: unknown): boolean {
    const response = field(event, 'response');
    switch (type) {
      case 'response.output_item.done':
        this.#items.set(
          numberField(event, 'output_index') ?? this.#items.size,
          field(event, 'item'),
        );
        return false;
      case 'response.completed':
      case 'response.incomplete':
        this.#finish(response);
        return true;
      case 'response.failed':
        throw toldError(this.#from, { error: field(response, 'error') });
      case 'error':
        throw toldError(this.#from, { ...(event as object), type: undefined });
      default:
        if (response !== undefined) this.#open(response);
        else if (field(event, 'error') !== undefined) throw toldError(this.#from, event);
        return false;
    }
  }

  #open(response: unknown): void {
    if (this.#opened) return;
    this.#opened = true;
    this.#id = textField(response, 'id');
    const model = textField(response, 'model');
    const { previous, check } = this.#call;
    if (previous !== undefined && textField(response, 'previous_response_id') !== previous) {
      const what = `${this.#from.where}: the server has not heeded the previous_response_id`;
      throw new ModelError('protocol', `${what}; the conversation is sent whole`);
    }
    const warnings = model === undefined ? [] : (check?.(model) ?? []);
    this.#sink.event({
      type: 'meta',
      ...(this.#id === undefined ? {} : { responseId: this.#id }),
      ...(model === undefined ? {} : { model }),
      ...(warnings.length === 0 ? {} : { warnings }),
    });
  }

  #finish(response: unknown): void {
    const status = textField(response, 'status') ?? '';
    const error = field(response, 'error') ?? undefined;
    if (error !== undefined || FAILED.has(status)) {
      const message = `the response ended as ${status}`;
      throw modelRefusal({
        ...this.#from,
        body: { error: error ?? { type: 'server_error', message } },
      });
    }
    this.#open(response);
    this.#last = response;
    const output = field(response, 'output');
    // Some servers leave out the events that end an item.
    if (this.#items.size > 0 || !Array.isArray(output)) return;
    for (const [index, item] of (output as readonly unknown[]).entries()) {
      this.#items.set(index, item);
    }
  }

  #state(parts: readonly Part[]): JsonObject | undefined {
    const { provider, items, keeps } = this.#call;
    const kept = keeps && field(this.#last, 'store') !== false;
    if (!kept || this.#id === undefined) return undefined;
    const answer = responseItems([{ role: 'assistant', parts }], provider, []);
    return stateOf(this.#id, [...items, ...answer]);
  }

  #reason(raw: string): FinishReason {
    const items = [...this.#items.values()];
    if (raw === 'max_output_tokens' || raw === 'max_tokens') return 'length';
    if (raw === 'content_filter' || items.some(refuses)) return 'content-filter';
    if (raw !== 'completed') return 'other';
    return items.some((item) => field(item, 'type') === 'function_call') ? 'tool-calls' : 'stop';
  }
}

/** How a response ends that is no answer. */
const FAILED: ReadonlySet<string> = new Set(['failed', 'cancelled']);

const DELTAS: ReadonlyMap<string, 'text' | 'reasoning' | 'tool-input'> = new Map([
  ['response.output_text.delta', 'text'],
  ['response.refusal.delta', 'text'],
  ['response.reasoning_summary_text.delta', 'reasoning'],
  ['response.reasoning_text.delta', 'reasoning'],
  ['response.function_call_arguments.delta', 'tool-input'],
]);

function withState(part: Part, provider: string, state: JsonObject): Part {
  return { ...part, meta: { ...part.meta, [provider]: { ...part.meta?.[provider], state } } };
}
