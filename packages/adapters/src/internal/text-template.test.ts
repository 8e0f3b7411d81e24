import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OpenAiChunk } from './openai-chunk.ts';
import { plainTextOf } from './openai-chunk-reader.ts';
import { TextTemplate } from './text-template.ts';

function chunkText(content: string, extra: object = {}): string {
  return JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { content }, ...extra }] });
}

describe('the template of text chunks', () => {
  it('M9: says the same as a parser, or nothing', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom('token', '"', '\\', '\n', '"}', '"content":"'),
    );
    const chunk = fc
      .tuple(part, fc.constantFrom({}, { finish_reason: null }, { finish_reason: 'stop' }))
      .map(([content, extra]) => chunkText(content, extra));
    fc.assert(
      fc.property(fc.array(chunk, { minLength: 2 }), (chunks) => {
        const template = new TextTemplate();
        for (const text of chunks) {
          const parsed = JSON.parse(text) as OpenAiChunk;
          const matched = template.match(text);
          if (matched !== undefined) expect(matched).toBe(plainTextOf(parsed));
          else template.learn(text, plainTextOf(parsed) ?? '');
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('M9: spares the parser the chunks that differ in their text only', () => {
    const template = new TextTemplate();
    template.learn(chunkText('one'), 'one');
    expect(template.match(chunkText(' two'))).toBe(' two');
    expect(template.match(chunkText('\n'))).toBeUndefined();
    expect(template.match(chunkText('x', { finish_reason: 'stop' }))).toBeUndefined();
    expect(template.match('[DONE]')).toBeUndefined();
  });
});
