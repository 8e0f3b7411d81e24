import { type EventSink, ModelError, modelRefusal } from '@overseer/core/plugin';
import type { FinishReason, Json, ToolCallPart } from '@overseer/core/spec';
import type { AnswerReader } from '../internal/answer-body.ts';
import type { AnswerSource } from '../internal/answer-source.ts';
import { field, textField } from '../internal/fields.ts';
import { noAnswer } from '../internal/no-answer.ts';
import { parseEvent } from '../internal/parse-event.ts';
import { toldError } from '../internal/told-error.ts';
import { readArguments } from '../internal/tool-call-merge.ts';
import { cohereUsage } from './cohere-usage.ts';

type Sink = Pick<EventSink, 'event'>;

/** What grows: words, thoughts, a plan, or the arguments of a call. */
type Growing = { readonly index: number; text: string } & (
  | { readonly kind: 'text' }
  | { readonly kind: 'reasoning'; readonly from: 'thinking' | 'plan' }
  | { readonly kind: 'tool-input'; readonly id: string; readonly name: string }
);

/** Turns the events of one chat into ours. Cohere names no model in its answers, so that the one that was asked is told. */
export class CohereAnswerReader implements AnswerReader {
  readonly #from: AnswerSource;
  readonly #sink: Sink;
  readonly #model: string;
  /** Blocks and calls are counted apart on the wire. */
  readonly #open: Map<string, Growing> = new Map();
  readonly #citations: Json[] = [];
  #id = '';
  #index = 0;
  #calls = 0;
  #reason: string | undefined;
  #usage: unknown;

  constructor(from: AnswerSource, sink: Sink, model: string) {
    this.#from = from;
    this.#sink = sink;
    this.#model = model;
  }

  event(data: string, name: string): boolean {
    if (name === 'error') throw toldError(this.#from, data);
    if (data === '' || data === '[DONE]' || name === 'ping') return false;
    const event = parseEvent(data, this.#from);
    const type = textField(event, 'type');
    const failed = field(event, 'error') ?? undefined;
    if (type === 'error' || failed !== undefined) {
      throw toldError(this.#from, event);
    }
    if (type === undefined) {
      throw noAnswer(event, 'the server sent an event that says not what it is', this.#from);
    }
    this.#read(type, event);
    return this.#reason !== undefined;
  }

  whole(document: unknown): void {
    const message = field(document, 'message');
    if (typeof message !== 'object' || message === null) {
      throw noAnswer(document, 'the server sent a document that holds no message', this.#from);
    }
    this.#begin(document);
    this.#plan(textField(message, 'tool_plan'));
    for (const [at, block] of list(message, 'content').entries()) this.#block(`${at}`, block);
    for (const [at, call] of list(message, 'tool_calls').entries()) this.#call(`call ${at}`, call);
    this.#citations.push(...(list(message, 'citations') as readonly Json[]));
    this.#finish(textField(document, 'finish_reason'), document);
  }

  end(): void {
    if (this.#reason === undefined) return;
    // What was shown as it came is part of the answer, whether or not the server said that it was whole.
    for (const at of this.#open.keys()) this.#close(at);
    if (this.#citations.length > 0) {
      const part = { type: 'custom', kind: 'cohere.citations', data: this.#citations } as const;
      this.#sink.event({ type: 'part', index: this.#index++, part });
    }
    const raw = this.#reason;
    const reason = this.#calls > 0 && raw === 'COMPLETE' ? 'tool-calls' : REASONS.get(raw);
    const usage = cohereUsage(this.#usage);
    this.#sink.event({ type: 'finish', reason: reason ?? 'other', raw, usage });
  }

  /** Events of kinds that nobody knew when this was written are passed over. */
  #read(type: string, event: object): void {
    const delta = field(event, 'delta');
    const message = field(delta, 'message');
    const at = `${String(field(event, 'index') ?? 0)}`;
    switch (type) {
      case 'message-start':
        this.#begin(event);
        return;
      case 'tool-plan-delta':
        this.#plan(textField(message, 'tool_plan'));
        return;
      case 'content-start':
        this.#block(at, field(message, 'content'));
        return;
      case 'content-delta':
        this.#words(at, field(message, 'content'));
        return;
      case 'content-end':
        this.#close(at);
        return;
      case 'tool-call-start':
        this.#call(`call ${at}`, field(message, 'tool_calls'));
        return;
      case 'tool-call-delta':
        this.#arguments(`call ${at}`, field(message, 'tool_calls'));
        return;
      case 'tool-call-end':
        this.#close(`call ${at}`);
        return;
      case 'citation-start': {
        const citation = field(message, 'citations');
        if (citation !== undefined) this.#citations.push(citation as Json);
        return;
      }
      case 'message-end':
        this.#finish(textField(delta, 'finish_reason'), delta);
        return;
    }
  }

  #begin(from: unknown): void {
    this.#id = textField(from, 'id') ?? crypto.randomUUID();
    this.#sink.event({ type: 'meta', responseId: this.#id, model: this.#model });
  }

  #plan(text: string | undefined): void {
    if (text === undefined) return;
    const plan = this.#open.get('plan') ?? this.#add('plan', { kind: 'reasoning', from: 'plan' });
    this.#say(plan, text);
  }

  /** Some blocks begin with their first words. */
  #block(at: string, block: unknown): void {
    this.#close('plan');
    const isThought = textField(block, 'type') === 'thinking';
    this.#add(at, isThought ? { kind: 'reasoning', from: 'thinking' } : { kind: 'text' });
    this.#words(at, block);
  }

  #words(at: string, block: unknown): void {
    const text = textField(block, 'text') ?? textField(block, 'thinking');
    if (text === undefined) return;
    this.#say(this.#open.get(at) ?? this.#add(at, { kind: 'text' }), text);
  }

  #call(at: string, call: unknown): void {
    this.#close('plan');
    const made = `call_${this.#id}_${this.#calls++}`;
    const name = textField(field(call, 'function'), 'name') ?? '';
    this.#add(at, { kind: 'tool-input', id: textField(call, 'id') ?? made, name });
    this.#arguments(at, call);
  }

  #arguments(at: string, call: unknown): void {
    const text = textField(field(call, 'function'), 'arguments');
    const growing = this.#open.get(at);
    if (text !== undefined && growing !== undefined) this.#say(growing, text);
  }

  #add(at: string, what: Kind): Growing {
    this.#close(at);
    const growing: Growing = { index: this.#index++, text: '', ...what };
    this.#open.set(at, growing);
    return growing;
  }

  #say(growing: Growing, text: string): void {
    growing.text += text;
    this.#sink.event({ type: 'delta', index: growing.index, kind: growing.kind, text });
  }

  #close(at: string): void {
    const growing = this.#open.get(at);
    if (growing === undefined) return;
    this.#open.delete(at);
    const { index, text } = growing;
    switch (growing.kind) {
      case 'text':
        if (text !== '') this.#sink.event({ type: 'part', index, part: { type: 'text', text } });
        return;
      case 'reasoning': {
        const meta = { cohere: { kind: growing.from } };
        this.#sink.event({ type: 'part', index, part: { type: 'reasoning', text, meta } });
        return;
      }
      case 'tool-input':
        this.#sink.event({ type: 'part', index, part: callPart(growing) });
    }
  }

  /** What went wrong on Cohere's side is told as a reason to end. */
  #finish(reason: string | undefined, from: unknown): void {
    const said = textField(from, 'error');
    if (reason === 'TIMEOUT') {
      const what = said ?? 'the answer took longer than Cohere allows';
      throw new ModelError('timeout', `${this.#from.where}: ${what}; try again, or ask for less`);
    }
    if (reason === 'ERROR' || said !== undefined) {
      const message = said ?? 'the answer failed on the side of the server';
      throw modelRefusal({ ...this.#from, body: { message, type: 'server_error' } });
    }
    this.#usage = field(from, 'usage');
    this.#reason = reason ?? 'none';
  }
}

type Kind = Growing extends infer G
  ? G extends Growing
    ? Omit<G, 'index' | 'text'>
    : never
  : never;

const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['COMPLETE', 'stop'],
  ['STOP_SEQUENCE', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['TOOL_CALL', 'tool-calls'],
  ['ERROR_TOXIC', 'content-filter'],
]);

function callPart({ id, name, text }: Growing & { kind: 'tool-input' }): ToolCallPart {
  return { type: 'tool-call', id, name, raw: text, ...readArguments(text) };
}

function list(value: unknown, name: string): readonly unknown[] {
  const found = field(value, name);
  return Array.isArray(found) ? found : [];
}
