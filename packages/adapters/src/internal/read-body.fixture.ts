import type { EventSink, ModelError } from '@overseer/core/plugin';
import type { ModelEvent } from '@overseer/core/spec';
import { type AnswerReader, answerBody } from './answer-body.ts';
import type { AnswerSource } from './answer-source.ts';

/** Makes the reader of a wire. */
export type CreateReader = (from: AnswerSource, sink: EventSink) => AnswerReader;

/** What became of a body. */
export interface ReadBody {
  readonly events: readonly ModelEvent[];
  /** Whether the reader said that the answer was whole. */
  readonly whole: boolean;
  readonly error?: ModelError;
}

/** Reads a body, cut as it is given, as a call does: nothing after the answer is whole, or after it failed. */
export function readBody(
  create: CreateReader,
  pieces: readonly (string | Uint8Array)[],
  headers: Readonly<Record<string, string>> = { 'content-type': 'text/event-stream' },
): ReadBody {
  const events: ModelEvent[] = [];
  const from = { where: 'test/m', headers: new Headers(headers) };
  const reader = create(from, { event: (event) => events.push(event), end: () => undefined });
  let whole = false;
  const body = answerBody(from, {
    event: (data, name) => {
      if (whole) return;
      whole = reader.event(data, name);
      if (whole) reader.end();
    },
    whole: (document) => reader.whole(document),
    end: () => {
      if (!whole) reader.end();
    },
  });
  try {
    for (const piece of pieces) {
      body.push(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece);
    }
    body.end();
  } catch (error) {
    return { events, whole, error: error as ModelError };
  }
  return { events, whole };
}
