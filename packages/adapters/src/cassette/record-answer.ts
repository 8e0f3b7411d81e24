import type { Clock } from '@overseer/core/plugin';
import { recordedChunk } from './body-text.ts';
import type { Mask } from './mask.ts';
import { failureOf } from './network-failure.ts';
import type { RecordedAnswer, RecordedChunk, RecordedEnd } from './recorded.ts';

/** What was heard of an answer, or that it was too much to keep. */
export type Heard = RecordedAnswer | { readonly kind: 'too-large' };

/** What listening to an answer needs. */
export interface Listening {
  readonly head: Pick<
    Extract<RecordedAnswer, { kind: 'answered' }>,
    'afterMs' | 'status' | 'headers'
  >;
  readonly mask: Mask;
  readonly clock: Clock;
  /** The request's. */
  readonly signal: AbortSignal;
  /** Told once, when the answer has ended. */
  readonly keep: (heard: Heard) => void;
  /** Holds what ends the listening, as long as the answer is under way. */
  readonly underWay: Set<() => void>;
}

/** The same answer, whose pieces are kept with their times as they are read. */
export function listenTo(response: Response, listening: Listening): Response {
  const { head, mask, clock, signal, keep, underWay } = listening;
  const pieces: Piece[] = [];
  let size = 0;
  let lastAt = clock.now();
  let over = false;
  const since = (): number => {
    const now = clock.now();
    const ms = Math.max(0, now - lastAt);
    lastAt = now;
    return ms;
  };
  const leave = (): void => finish({ kind: 'left' });
  const finish = (end: RecordedEnd): void => {
    if (over) return;
    over = true;
    underWay.delete(leave);
    signal.removeEventListener('abort', leave);
    if (size > MOST_BYTES) {
      keep({ kind: 'too-large' });
      return;
    }
    keep({ kind: 'answered', ...head, chunks: masked(pieces, mask), end });
  };
  if (response.body === null) {
    finish({ kind: 'whole' });
    return response;
  }
  // A client that leaves may never read again.
  signal.addEventListener('abort', leave, { once: true });
  underWay.add(leave);
  const reader = response.body.getReader();
  // Read only when the client reads, so that times are the client's own.
  const heard = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            finish({ kind: 'whole' });
            controller.close();
            return;
          }
          size += value.length;
          // A copy: the reader may hand its buffer on.
          if (!over && size <= MOST_BYTES) pieces.push({ afterMs: since(), bytes: value.slice() });
          controller.enqueue(value);
        } catch (error) {
          const { message, ...failure } = failureOf(error);
          finish(
            signal.aborted
              ? { kind: 'left' }
              : {
                  kind: 'cut',
                  afterMs: since(),
                  failure: { ...failure, message: mask.hideText(message) },
                },
          );
          controller.error(error);
        }
      },
      async cancel(reason) {
        finish({ kind: 'left' });
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  const { status, statusText, headers } = response;
  return Object.defineProperty(new Response(heard, { status, statusText, headers }), 'url', {
    value: response.url,
  });
}

interface Piece {
  readonly afterMs: number;
  readonly bytes: Uint8Array;
}

/** As one, because a secret may lie over the border of two pieces; its place stays the same. */
function masked(pieces: readonly Piece[], mask: Mask): readonly RecordedChunk[] {
  const clean = mask.hide(Buffer.concat(pieces.map(({ bytes }) => bytes)));
  let at = 0;
  return pieces.map(({ afterMs, bytes }) => {
    const from = at;
    at += bytes.length;
    return recordedChunk(afterMs, clean.subarray(from, at));
  });
}

const MOST_BYTES = 16 * 1024 * 1024;
