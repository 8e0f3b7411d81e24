import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../spec/json.ts';
import { findJson } from './find-json.ts';

const found = (value: Json): unknown => ({ kind: 'found', value });

describe('findJson', () => {
  it('K1: finds an object alone, in a fence, and among words with braces', () => {
    const value = { tasks: [{ key: 'a', text: 'say "}" and {' }] };
    const json = JSON.stringify(value);
    for (const answer of [
      json,
      `\uFEFF ${json}`,
      `\`\`\`json\n${json}\n\`\`\``,
      `As {you} asked for {"a", "b"} and {}:\n~~~\n${json}\n~~~\nThat is {all}.`,
      `{"note": 1} ${json}`,
    ]) {
      expect(findJson(answer, 'tasks')).toEqual(found(value));
    }
  });

  it('K1: takes the last of several, and looks into none', () => {
    expect(findJson('First {"tasks": 1}, better {"tasks": 2}.', 'tasks')).toEqual(
      found({ tasks: 2 }),
    );
    const nested = { plan: { tasks: [] } };
    expect(findJson(JSON.stringify(nested), 'tasks')).toEqual(found(nested));
  });

  it('X5: says what is wrong with the likeliest one, in one line', () => {
    expect(findJson('{"tasks": [{"key": "a"}, {"key"', 'tasks')).toEqual({
      kind: 'broken',
      because: 'it ends before its last brace; it may have been cut off',
    });
    const broken = findJson('See {"x"}:\n{"tasks": [\n{"key": "a"}\n{"key": "b"}\n]}', 'tasks');
    expect(broken).toEqual({ kind: 'broken', because: expect.stringMatching(/^.*array.*$/) });
    expect(findJson('I { cannot } do that.', 'tasks')).toEqual({ kind: 'absent' });
  });

  it('X5: is not slow with what never ends', () => {
    const answer = '{"a":'.repeat(200_000);
    const before = performance.now();
    expect(findJson(answer, 'tasks').kind).toBe('broken');
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  it('K1 X5: finds every object between words that are none', () => {
    const words = fc.string().filter((text) => !/[{"]/.test(text));
    fc.assert(
      fc.property(words, fc.jsonValue(), words, (before, value, after) => {
        const answer = `${before}${JSON.stringify({ tasks: value })}${after}`;
        expect(findJson(answer, 'tasks')).toEqual(
          found({ tasks: JSON.parse(JSON.stringify(value)) as Json }),
        );
      }),
    );
  });
});
