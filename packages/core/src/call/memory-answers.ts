import type { AnswerStore, CachedAnswer } from '../spec/answer-store.ts';
import type { Part } from '../spec/message.ts';

/** How much a memory for answers may hold. */
export interface AnswerBounds {
  /** Answers at once. */
  readonly entries: number;
  /** Bytes of all answers with their keys, estimated from above at two a character. */
  readonly bytes: number;
}

/** Answers in the memory of this process; the one that was used longest ago goes first. */
export interface MemoryAnswers extends AnswerStore {
  get(key: string): CachedAnswer | undefined;
  put(key: string, answer: CachedAnswer): void;
  delete(key: string): void;
  /** Answers held. */
  readonly size: number;
  /** Bytes held, as the bounds count them. */
  readonly bytes: number;
}

/** Bytes of an answer beside its text. */
const OVERHEAD = 256;

/** A bounded memory for answers. An answer that alone is larger than the bound is not kept. */
export function memoryAnswers(bounds: AnswerBounds): MemoryAnswers {
  // A map keeps the order of its keys: the first is the one used longest ago.
  const held = new Map<string, { readonly answer: CachedAnswer; readonly bytes: number }>();
  let total = 0;
  const forget = (key: string): void => {
    const entry = held.get(key);
    if (entry === undefined) return;
    held.delete(key);
    total -= entry.bytes;
  };
  return {
    spec: 'answers/1',
    get: (key) => {
      const entry = held.get(key);
      if (entry === undefined) return undefined;
      held.delete(key);
      held.set(key, entry);
      return entry.answer;
    },
    put: (key, answer) => {
      forget(key);
      const bytes = bytesOf(key, answer.parts);
      if (bytes > bounds.bytes || bounds.entries < 1) return;
      held.set(key, { answer, bytes });
      total += bytes;
      for (const oldest of held.keys()) {
        if (held.size <= bounds.entries && total <= bounds.bytes) return;
        forget(oldest);
      }
    },
    delete: forget,
    get size() {
      return held.size;
    },
    get bytes() {
      return total;
    },
  };
}

function bytesOf(key: string, parts: readonly Part[]): number {
  return OVERHEAD + 2 * (key.length + JSON.stringify(parts).length);
}
