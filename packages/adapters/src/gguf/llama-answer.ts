import { randomUUID } from 'node:crypto';
import type { FinishReason, Json, ModelEvent, Usage } from '@overseer/core/spec';

/** A call that the model has made whole. */
export interface FinishedCall {
  readonly name: string;
  readonly input: Json;
}

const REASONING = 0;
const TEXT = 1;
const FIRST_CALL = 2;

/** Tells an answer as it grows, and at its end in whole parts. */
export class LlamaAnswer {
  readonly #emit: (event: ModelEvent) => void;
  #text = '';
  #reasoning = '';

  constructor(emit: (event: ModelEvent) => void) {
    this.#emit = emit;
  }

  text(text: string): void {
    if (text === '') return;
    this.#text += text;
    this.#emit({ type: 'delta', index: TEXT, kind: 'text', text });
  }

  reasoning(text: string): void {
    if (text === '') return;
    this.#reasoning += text;
    this.#emit({ type: 'delta', index: REASONING, kind: 'reasoning', text });
  }

  callInput(order: number, text: string): void {
    if (text === '') return;
    this.#emit({ type: 'delta', index: FIRST_CALL + order, kind: 'tool-input', text });
  }

  end(calls: readonly FinishedCall[], reason: FinishReason, raw: string, usage: Usage): void {
    if (this.#reasoning !== '') {
      const part = { type: 'reasoning' as const, text: this.#reasoning };
      this.#emit({ type: 'part', index: REASONING, part });
    }
    if (this.#text !== '') {
      this.#emit({ type: 'part', index: TEXT, part: { type: 'text', text: this.#text } });
    }
    for (const [order, { name, input }] of calls.entries()) {
      const id = `call-${randomUUID()}`;
      const part = { type: 'tool-call' as const, id, name, input, raw: JSON.stringify(input) };
      this.#emit({ type: 'part', index: FIRST_CALL + order, part });
    }
    this.#emit({ type: 'finish', reason, raw, usage });
  }
}
