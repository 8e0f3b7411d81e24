import { setTimeout as sleep } from 'node:timers/promises';
import type { Model } from '@overseer/core/spec';
import { fakeModel } from '@overseer/core/testing';
import type { Random } from '../harness/random.ts';
import type { Span } from '../makespan/busy-share.ts';

/** How long answers last, in ms, and in how many pieces each comes. */
export interface Streaming {
  readonly leastMs: number;
  readonly mostMs: number;
  readonly pieces: number;
}

/** A model whose answers come piece by piece in real time, with when each was under way. */
export interface StreamingModel extends Model {
  /** Answers that ended, in ms of `performance.now()`. */
  readonly answers: readonly Span[];
}

/** Makes a model that streams answers of chance lengths and notes when it did. */
export function streamingModel(id: string, random: Random, streaming: Streaming): StreamingModel {
  const { leastMs, mostMs, pieces } = streaming;
  const answers: Span[] = [];
  const fake = fakeModel({ id, reply: () => ({ text: 'done' }) });
  return {
    ...fake,
    answers,
    async *stream(request, ctx) {
      const from = performance.now();
      try {
        const lastsMs = leastMs + random() * (mostMs - leastMs);
        yield { type: 'meta', model: id };
        for (let piece = 1; piece <= pieces; piece++) {
          // To a moment rather than for a while, so that timers that come late do not add up.
          const dueMs = from + (lastsMs * piece) / pieces - performance.now();
          if (dueMs > 0) await sleep(dueMs, undefined, { signal: ctx.signal });
          yield { type: 'delta', index: 0, kind: 'text', text: `piece ${piece} ` };
        }
        for await (const event of fake.stream(request, ctx)) {
          if (event.type === 'part' || event.type === 'finish') yield event;
        }
      } finally {
        // Whoever reads it stops at its last event.
        answers.push({ from, until: performance.now() });
      }
    },
  };
}
