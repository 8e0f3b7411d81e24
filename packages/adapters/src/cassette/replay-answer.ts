import type { Clock } from '@overseer/core/plugin';
import { aborted, pause } from '../internal/pause.ts';
import { chunkBytes } from './body-text.ts';
import { fetchError } from './network-failure.ts';
import type { RecordedAnswer } from './recorded.ts';

/** How an answer is replayed, and until when it is wanted. */
export interface Replay {
  readonly pace: 'instant' | 'recorded';
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Gives a recorded answer as `fetch` gave it: its pieces one by one, then its end. */
export async function replayAnswer(answer: RecordedAnswer, replay: Replay): Promise<Response> {
  const { signal } = replay;
  if (answer.kind === 'silent') {
    await aborted(signal);
    throw signal.reason;
  }
  await wait(answer.afterMs, replay);
  if (answer.kind === 'failed') throw fetchError('fetch failed', answer.failure);
  const { status, headers } = answer;
  const isEmpty = [204, 205, 304].includes(status);
  return new Response(isEmpty ? null : bodyOf(answer, replay), { status, headers });
}

function bodyOf(
  { chunks, end }: Extract<RecordedAnswer, { kind: 'answered' }>,
  replay: Replay,
): ReadableStream<Uint8Array> {
  const { signal } = replay;
  const left = new AbortController();
  const until = { ...replay, signal: AbortSignal.any([signal, left.signal]) };
  let at = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const chunk = chunks[at++];
          if (chunk !== undefined) {
            await wait(chunk.afterMs, until);
            controller.enqueue(chunkBytes(chunk));
            return;
          }
          if (end.kind === 'left') await aborted(until.signal);
          if (end.kind === 'cut') await beforeCut(end.afterMs, until);
          until.signal.throwIfAborted();
          if (end.kind === 'cut') controller.error(fetchError('terminated', end.failure));
          else controller.close();
        } catch (error) {
          if (!left.signal.aborted) controller.error(error);
        }
      },
      cancel: (reason) => left.abort(reason),
    },
    // Nothing is read ahead, so that a cut comes after the pieces before it and not in place of them.
    { highWaterMark: 0 },
  );
}

/** Whoever pipes a body on throws away what is on its way when a cut is told in the same turn. */
async function beforeCut(afterMs: number, replay: Replay): Promise<void> {
  await wait(afterMs, replay);
  await new Promise<void>((resolve) => setImmediate(resolve));
}

async function wait(ms: number, { pace, clock, signal }: Replay): Promise<void> {
  if (pace === 'recorded') await pause(ms, clock, signal);
  signal.throwIfAborted();
}
