import type { EventSink } from '@overseer/core/plugin';
import type { FinishReason, Json, JsonObject, ModelWarning, Part } from '@overseer/core/spec';
import type { AnswerReader } from '../internal/answer-body.ts';
import type { AnswerSource } from '../internal/answer-source.ts';
import { field, textField } from '../internal/fields.ts';
import { noAnswer } from '../internal/no-answer.ts';
import { parseEvent } from '../internal/parse-event.ts';
import { toldError } from '../internal/told-error.ts';
import { MADE_ID } from './google-parts.ts';
import { googleUsage } from './google-usage.ts';
import { DONE, type Progress } from './late-body.ts';

type Sink = Pick<EventSink, 'event'>;

/** Words or thoughts that grow. */
interface Growing {
  readonly kind: 'text' | 'reasoning';
  text: string;
  meta: JsonObject;
}

/** Turns the responses of one stream, each of which is whole in itself, into our events. */
export class GoogleAnswerReader implements AnswerReader {
  readonly #from: AnswerSource;
  readonly #sink: Sink;
  readonly #asked: string;
  #index = 0;
  #growing: Growing | undefined;
  #calls = 0;
  #id: string | undefined;
  #opened = false;
  #usage: unknown;
  #reason: string | undefined;

  constructor(from: AnswerSource, sink: Sink, asked: string) {
    this.#from = from;
    this.#sink = sink;
    this.#asked = asked;
  }

  event(data: string, name: string): boolean {
    if (name === 'error') throw toldError(this.#from, data);
    if (data === '' || name === 'ping') return false;
    if (data === DONE) return this.progress !== 'open';
    this.#read(parseEvent(data, this.#from));
    return false;
  }

  /** Whether the answer has said why it ended, and what it used: signatures and last counts may still come. */
  get progress(): Progress {
    if (this.#reason === undefined) return 'open';
    return this.#usage === undefined ? 'uncounted' : 'whole';
  }

  /** A list of responses is a stream that was not asked for as events. */
  whole(document: unknown): void {
    const responses: readonly unknown[] = Array.isArray(document) ? document : [document];
    const isAnswer = responses.some(
      (one) =>
        Array.isArray(field(one, 'candidates')) || field(one, 'promptFeedback') !== undefined,
    );
    if (!isAnswer) {
      const [only] = responses.length === 1 ? responses : [document];
      throw noAnswer(only, 'the server sent a document that holds no candidates', this.#from);
    }
    for (const response of responses) this.#read(response);
  }

  end(): void {
    if (this.#reason === undefined) return;
    this.#close();
    this.#sink.event({
      type: 'finish',
      reason: this.#finishReason(this.#reason),
      raw: this.#reason,
      usage: googleUsage(this.#usage),
    });
  }

  /** One of the last responses says why it is, and counts what was used. */
  #read(response: unknown): void {
    const error = field(response, 'error');
    if (error !== undefined && error !== null) {
      throw toldError(this.#from, response);
    }
    if (!this.#opened) this.#open(response);
    const usage = field(response, 'usageMetadata');
    this.#usage = usage ?? this.#usage;
    const candidates = field(response, 'candidates');
    const candidate: unknown = Array.isArray(candidates) ? candidates[0] : undefined;
    const parts = field(field(candidate, 'content'), 'parts');
    if (parts !== undefined && parts !== null) {
      for (const part of parts as readonly JsonObject[]) this.#part(part);
    }
    const blocked = textField(field(response, 'promptFeedback'), 'blockReason');
    this.#reason = textField(candidate, 'finishReason') ?? blocked ?? this.#reason;
  }

  #open(response: unknown): void {
    this.#opened = true;
    const responseId = textField(response, 'responseId');
    const model = textField(response, 'modelVersion');
    this.#id = responseId;
    const warnings = model === undefined ? [] : otherModel(this.#asked, model);
    if (responseId === undefined && model === undefined) return;
    this.#sink.event({
      type: 'meta',
      ...(responseId === undefined ? {} : { responseId }),
      ...(model === undefined ? {} : { model }),
      ...(warnings.length === 0 ? {} : { warnings }),
    });
  }

  #part(part: JsonObject): void {
    const { text, thought, thoughtSignature } = part;
    if (typeof text === 'string') {
      this.#grow(thought === true ? 'reasoning' : 'text', text, thoughtSignature);
      return;
    }
    this.#close();
    const signed = thoughtSignature === undefined ? {} : { meta: { google: { thoughtSignature } } };
    this.#give(this.#whole(part), signed);
  }

  #grow(kind: Growing['kind'], text: string, signature: Json | undefined): void {
    const present = this.#growing?.kind === kind ? this.#growing : undefined;
    if (text === '') {
      // A signature without words signs what came before it.
      if (signature === undefined) return;
      const last = this.#growing ?? this.#begin(kind);
      last.meta = { ...last.meta, signatureAfter: signature };
      return;
    }
    // What is signed must go back as it came, and not as a piece of something longer.
    const joins = present !== undefined && signature === undefined && isEmpty(present.meta);
    const growing = joins ? present : this.#begin(kind);
    growing.text += text;
    if (signature !== undefined) growing.meta = { thoughtSignature: signature };
    this.#sink.event({ type: 'delta', index: this.#index, kind, text });
  }

  #begin(kind: Growing['kind']): Growing {
    this.#close();
    const begun: Growing = { kind, text: '', meta: {} };
    this.#growing = begun;
    return begun;
  }

  #close(): void {
    const growing = this.#growing;
    if (growing === undefined) return;
    this.#growing = undefined;
    const { kind, text, meta } = growing;
    this.#give({ type: kind, text }, isEmpty(meta) ? {} : { meta: { google: meta } });
  }

  #whole(part: JsonObject): Part {
    const { functionCall, inlineData } = part;
    if (functionCall !== undefined) return this.#call(functionCall);
    const data = textField(inlineData, 'data');
    const mediaType = textField(inlineData, 'mimeType');
    if (data !== undefined && mediaType !== undefined) return { type: 'file', mediaType, data };
    const name = Object.keys(part).find((key) => !/^thought/.test(key)) ?? 'part';
    return { type: 'custom', kind: `google.${name}`, data: part };
  }

  #call(call: Json): Part {
    const input = (field(call, 'args') ?? {}) as Json;
    const raw = JSON.stringify(input);
    const order = this.#calls++;
    const made = `${MADE_ID}${this.#id ?? crypto.randomUUID()}-${order}`;
    const id = textField(call, 'id') ?? made;
    this.#sink.event({ type: 'delta', index: this.#index, kind: 'tool-input', text: raw });
    return { type: 'tool-call', id, name: textField(call, 'name') ?? '', raw, input };
  }

  #give(part: Part, more: Pick<Part, 'meta'>): void {
    this.#sink.event({ type: 'part', index: this.#index++, part: { ...part, ...more } });
  }

  /** Google says `STOP` after calls too. */
  #finishReason(raw: string): FinishReason {
    const reason = REASONS.get(raw) ?? 'other';
    return this.#calls > 0 && reason === 'stop' ? 'tool-calls' : reason;
  }
}

const REASONS: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  // The answer goes on where it is asked to.
  ['CONTINUATION', 'length'],
  ...[
    'SAFETY',
    'RECITATION',
    'BLOCKLIST',
    'PROHIBITED_CONTENT',
    'SPII',
    'MODEL_ARMOR',
    'JAILBREAK',
    'ESCALATION',
    'IMAGE_SAFETY',
    'IMAGE_PROHIBITED_CONTENT',
    'IMAGE_RECITATION',
  ].map((raw) => [raw, 'content-filter'] as const),
]);

/** A name may stand for a newer version of itself, or for whichever is the latest. */
function otherModel(asked: string, answered: string): readonly ModelWarning[] {
  const name = asked.replace(/^models\//, '');
  if (answered.startsWith(name) || name.startsWith(answered) || name.endsWith('latest')) return [];
  return [{ kind: 'adjusted', what: 'model', detail: `${answered} answered instead of ${name}` }];
}

function isEmpty(meta: JsonObject): boolean {
  return Object.keys(meta).length === 0;
}
