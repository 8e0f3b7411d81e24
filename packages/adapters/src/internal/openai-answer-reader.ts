import type { EventSink } from '@overseer/core/plugin';
import type { ModelWarning } from '@overseer/core/spec';
import type { AnswerReader } from './answer-body.ts';
import type { AnswerSource } from './answer-source.ts';
import { noAnswer } from './no-answer.ts';
import type { OpenAiChunk } from './openai-chunk.ts';
import { OpenAiChunkReader, plainTextOf } from './openai-chunk-reader.ts';
import { parseEvent } from './parse-event.ts';
import { TextTemplate } from './text-template.ts';
import { toldError } from './told-error.ts';

/** Looks at the model that answered. */
export type CheckModel = (model: string) => readonly ModelWarning[];

/** Reads the answer to a chat completion; chunks that differ from one another in their text alone are not parsed. */
export class OpenAiAnswerReader implements AnswerReader {
  readonly #from: AnswerSource;
  readonly #sink: Pick<EventSink, 'event'>;
  readonly #chunks: OpenAiChunkReader;
  readonly #template: TextTemplate = new TextTemplate();
  readonly #check: CheckModel | undefined;

  constructor(from: AnswerSource, sink: Pick<EventSink, 'event'>, check?: CheckModel) {
    this.#from = from;
    this.#sink = sink;
    this.#check = check;
    this.#chunks = new OpenAiChunkReader(from, sink);
  }

  event(data: string, name: string): boolean {
    const text = this.#template.match(data);
    if (text !== undefined) {
      this.#chunks.text(text);
      return false;
    }
    if (data === '[DONE]') return true;
    if (name === 'error') throw toldError(this.#from, data);
    if (data === '' || name === 'ping') return false;
    const chunk = parseEvent(data, this.#from) as OpenAiChunk;
    this.#read(chunk);
    this.#template.learn(data, plainTextOf(chunk) ?? '');
    return false;
  }

  whole(document: unknown): void {
    const chunk = document as OpenAiChunk | null;
    if (!Array.isArray(chunk?.choices)) {
      throw noAnswer(document, 'the server sent a document that holds no choices', this.#from);
    }
    this.#read(chunk);
  }

  #read(chunk: OpenAiChunk): void {
    const known = this.#chunks.model;
    this.#chunks.read(chunk);
    const { model } = this.#chunks;
    if (known !== undefined || model === undefined || this.#check === undefined) return;
    const warnings = this.#check(model);
    if (warnings.length > 0) this.#sink.event({ type: 'meta', warnings });
  }

  end(): void {
    this.#chunks.end();
  }
}
