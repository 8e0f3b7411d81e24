import type { FinishReason, ModelEvent, ModelWarning, Usage } from '../spec/model.ts';

/** What a piece of an answer says: more of its text, its end with the reason, both, or nothing. */
export interface TextPiece {
  readonly text?: string | undefined;
  readonly reason?: FinishReason | undefined;
  /** Beside `reason`; the default is that nobody counted. */
  readonly usage?: Usage | undefined;
}

/** What is known of an answer before its first piece. */
export interface TextAnswerHead {
  /** The model that answers. */
  readonly model?: string;
  /** What of the request could not be sent. */
  readonly warnings?: readonly ModelWarning[];
}

/**
 * Makes the events of an answer that is nothing but text of what a server sends: deltas, one part, and the finish once `read` gives a
 * reason. For the `stream` of a model of your own, over lines (`askForLines`) or events. Pieces that run out before that are an answer
 * that was cut, and `read` throws a `ModelError` for one that tells of a failure. Reads no further than the end.
 */
export async function* textAnswer<T>(
  pieces: AsyncIterable<T>,
  head: TextAnswerHead,
  read: (piece: T) => TextPiece,
): AsyncGenerator<ModelEvent, void, void> {
  let text = '';
  let opened = false;
  for await (const piece of pieces) {
    // Only now: a refusal comes before any piece, and is no answer that has begun.
    if (!opened) yield { type: 'meta', ...head };
    opened = true;
    const { text: more = '', reason, usage = { input: {}, output: {} } } = read(piece);
    text += more;
    if (more !== '') yield { type: 'delta', index: 0, kind: 'text', text: more };
    if (reason === undefined) continue;
    if (text !== '') yield { type: 'part', index: 0, part: { type: 'text', text } };
    yield { type: 'finish', reason, usage };
    return;
  }
}
