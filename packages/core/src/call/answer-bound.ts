import { ModelError } from '../errors/model-error.ts';
import type { ModelEvent } from '../spec/model.ts';
import { soundPart } from './sound-part.ts';
import { soundUsage } from './sound-usage.ts';

/** Most characters of one answer, in pieces as they are shown or in parts: some 8 million tokens. */
const MOST_CHARACTERS = 32 * 1024 * 1024;

/** As how many characters a piece and a part count beside what is in them, so that their number is bounded too. */
const PIECE = 16;
const PART = 256;

/** Bounds one answer. */
export class AnswerBound {
  readonly #where: string;
  #shown = 0;
  #kept = 0;
  #hasPart = false;

  constructor(where: string) {
    this.#where = where;
  }

  /** The event as it goes on. Throws `ModelError` (`protocol`) for what makes the answer longer than any can be. */
  pass(event: ModelEvent): ModelEvent {
    if (event.type === 'delta') this.#shown += PIECE + event.text.length;
    else if (event.type === 'part') return this.#part(event);
    else if (event.type === 'meta') this.#kept += PIECE + jsonSize(event.warnings);
    else return event.type === 'finish' ? this.#finish(event) : event;
    this.#require();
    return event;
  }

  #part(event: Extract<ModelEvent, { readonly type: 'part' }>): ModelEvent {
    const part = soundPart(event.part, this.#where);
    this.#hasPart = true;
    this.#kept += PART + sizeOf(part) + jsonSize(part.meta);
    this.#require();
    return part === event.part ? event : { ...event, part };
  }

  #require(): void {
    if (this.#shown > MOST_CHARACTERS || this.#kept > MOST_CHARACTERS) throw this.#tooLong();
  }

  #finish(event: Extract<ModelEvent, { readonly type: 'finish' }>): ModelEvent {
    return { ...event, usage: soundUsage(event.usage, this.#shown === 0 && !this.#hasPart) };
  }

  #tooLong(): ModelError {
    return new ModelError(
      'protocol',
      `${this.#where}: the answer is longer than ${MOST_CHARACTERS} characters and was broken off; check that the address is a model server's`,
    );
  }
}

function sizeOf(part: Extract<ModelEvent, { readonly type: 'part' }>['part']): number {
  if (part.type === 'text' || part.type === 'reasoning') return part.text.length;
  if (part.type === 'file') return part.data.length;
  if (part.type === 'tool-call') return part.raw?.length ?? jsonSize(part.input);
  return jsonSize(part.type === 'custom' ? part.data : part);
}

function jsonSize(value: unknown): number {
  return value === undefined ? 0 : ((JSON.stringify(value) as string | undefined)?.length ?? 0);
}
