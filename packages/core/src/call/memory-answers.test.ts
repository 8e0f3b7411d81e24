import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CachedAnswer } from '../spec/answer-store.ts';
import { answerStoreConformance } from '../testing/answer-store-conformance.ts';
import { type MemoryAnswers, memoryAnswers } from './memory-answers.ts';

const LARGE = { entries: 1_000, bytes: 1_000_000 };

describe('memoryAnswers', () => {
  it.each(answerStoreConformance({ open: async () => memoryAnswers(LARGE) }))(
    '$name',
    ({ check }) => check(),
  );

  it('M13 Q4: holds no more answers and bytes than it is told, whatever comes', () => {
    const step = fc.record({
      key: fc.nat({ max: 12 }).map((key) => `k${key}`),
      what: fc.constantFrom('put', 'put', 'get', 'delete'),
      length: fc.nat({ max: 900 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.nat({ max: 6 }), (steps, entries) => {
        const bounds = { entries, bytes: 4_000 };
        const memory = memoryAnswers(bounds);
        const known = new Map<string, CachedAnswer>();
        for (const each of steps) {
          take(memory, known, each);
          expect([known.get(each.key), undefined]).toContain(memory.get(each.key));
          expect(memory.size).toBeLessThanOrEqual(entries);
          expect(memory.bytes).toBeLessThanOrEqual(bounds.bytes);
          if (memory.size === 0) expect(memory.bytes).toBe(0);
        }
      }),
    );
  });

  it('M13: the answer that was used longest ago goes first', () => {
    const memory = memoryAnswers({ entries: 2, bytes: 10_000 });
    memory.put('a', answerOf('1'));
    memory.put('b', answerOf('2'));
    memory.get('a');
    memory.put('c', answerOf('3'));
    expect(['a', 'b', 'c'].filter((key) => memory.get(key) !== undefined)).toEqual(['a', 'c']);
  });

  it('M13: an answer that alone is too large takes nobody else’s place', () => {
    const memory = memoryAnswers({ entries: 9, bytes: 2_000 });
    memory.put('a', answerOf('small'));
    memory.put('b', answerOf('x'.repeat(2_000)));
    expect(memory.get('a')).toBeDefined();
    expect(memory.get('b')).toBeUndefined();
  });
});

/** Does to the memory what is asked, and to a map without bounds. */
function take(
  memory: MemoryAnswers,
  known: Map<string, CachedAnswer>,
  { key, what, length }: { readonly key: string; readonly what: string; readonly length: number },
): void {
  if (what === 'put') {
    const answer = answerOf('x'.repeat(length));
    memory.put(key, answer);
    known.set(key, answer);
  } else if (what === 'delete') {
    memory.delete(key);
    known.delete(key);
  }
}

function answerOf(text: string): CachedAnswer {
  const cost = { inputTokens: 1, outputTokens: 1, microUsd: 1 };
  return { call: 'c', parts: [{ type: 'text', text }], reason: 'stop', cost, expiresAt: 9e15 };
}
