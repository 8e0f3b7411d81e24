import { ModelError } from '../errors/model-error.ts';
import type { ModelEvent } from '../spec/model.ts';
import { soundUsage } from './sound-usage.ts';

/** Most characters of one answer, in pieces as they are shown or in parts: some 8 million tokens. */
const MOST_CHARACTERS = 32 * 1024 * 1024;

/** Bounds one answer. */
export class AnswerBound {
  readonly #where: string;
  #shown = 0;
  #kept = 0;

  constructor(where: string) {
    this.#where = where;
  }

  /** The event as it goes on. Throws `ModelError` (`protocol`) for what makes the answer longer than any can be. */
  pass(event: ModelEvent): ModelEvent {
    if (event.type === 'delta') this.#shown += event.text.length;
    else if (event.type === 'part') this.#kept += sizeOf(event.part);
    else return event.type === 'finish' ? { ...event, usage: soundUsage(event.usage) } : event;
    if (this.#shown > MOST_CHARACTERS || this.#kept > MOST_CHARACTERS) throw this.#tooLong();
    return event;
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
  return part.type === 'tool-call' ? (part.raw?.length ?? 0) : 0;
}
