import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateTokens } from '../call/estimate-tokens.ts';
import type { Message, Part } from '../spec/message.ts';
import { fitConversation } from './fit-conversation.ts';

const ASKED: Message = { role: 'user', parts: [{ type: 'text', text: 'Read all of it.' }] };

/** A conversation in which every call gave so many words, and what was said last. */
function talk(sizes: readonly number[]): readonly Message[] {
  const turns = sizes.flatMap((words, nth): readonly Message[] => {
    const id = `call_${nth}`;
    const meta = { some: { signature: `s${nth}` } };
    const call: Part = { type: 'tool-call', id, name: 'read', input: { nth }, raw: '{}', meta };
    const output = 'word '.repeat(words);
    return [
      { role: 'assistant', parts: [call] },
      { role: 'tool', parts: [{ type: 'tool-result', id, name: 'read', output }] },
    ];
  });
  return [ASKED, ...turns];
}

const sizeOf = (messages: readonly Message[]): number => estimateTokens({ messages, tools: [] });
const outputs = (messages: readonly Message[]): readonly string[] =>
  messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === 'tool-result' ? [String(part.output)] : [])),
  );
const isCut = (text: string): boolean => /characters left out; call the tool again/.test(text);

describe('a conversation that goes on with a model of a smaller window', () => {
  it('M10: is left as it is where it fits', () => {
    const messages = talk([100, 100]);
    expect(fitConversation(messages, [], sizeOf(messages))).toBe(messages);
  });

  it('M10: loses the oldest results first, and says how much is gone', () => {
    const messages = talk([1_000, 1_000, 1_000]);
    const fitted = fitConversation(messages, [], 2_700);
    expect(sizeOf(fitted)).toBeLessThanOrEqual(2_700);
    const [first = '', second, third] = outputs(fitted);
    expect(isCut(first)).toBe(true);
    expect([second, third]).toEqual(outputs(messages).slice(1));
    const gone = Number(/(\d+) characters left out/.exec(first)?.[1]);
    const [head = '', tail = ''] = first.split(/\n\[…[^\]]*…\]\n/);
    expect(head.length + gone + tail.length).toBe(5_000);
  });

  it('M10: fits or can be cut no more, keeps every call with its result, and is cut the same each time', () => {
    const property = fc.property(
      fc.array(fc.nat({ max: 3_000 }), { minLength: 1, maxLength: 8 }),
      fc.nat({ max: 12_000 }),
      (sizes, tokens) => {
        const messages = talk(sizes);
        const fitted = fitConversation(messages, [], tokens);
        expect(fitConversation(messages, [], tokens)).toEqual(fitted);
        const texts = outputs(fitted);
        if (sizeOf(fitted) > tokens)
          for (const text of texts) expect(text.length).toBeLessThan(500);
        // What a turn is made of stays, signatures too: only what tools gave is shorter.
        const bare = (all: readonly Message[]): unknown =>
          all.map(({ role, parts }) => [
            role,
            parts.map((part) => (part.type === 'tool-result' ? { ...part, output: '' } : part)),
          ]);
        expect(bare(fitted)).toEqual(bare(messages));
        const cut = texts.map(isCut);
        const whole = outputs(messages);
        const lastCut = cut.lastIndexOf(true);
        // No older one that is worth cutting is whole.
        for (const [nth, text] of texts.entries()) {
          if (nth < lastCut && text === whole[nth]) expect(text.length).toBeLessThan(500);
        }
      },
    );
    fc.assert(property, { numRuns: 200, seed: 10 });
  });
});
