import { describe, expect, it } from 'vitest';
import { fillReply } from './fill-reply.ts';

describe('a reply with what a pattern found', () => {
  it('M17: has it in texts and in the strings of inputs, and nothing where nothing was found', () => {
    const found = /(?<who>\w+) (\w+)?( never)?/.exec('Ada Lovelace');
    if (found === null) throw new Error('The pattern finds nothing.');
    const toolCalls = [{ name: '$1', input: { list: ['$2', 3, null] } }];
    const reply = { text: '$<who> costs $$1$3, $&!', reasoning: '$2', toolCalls };
    expect(fillReply(reply, found)).toEqual({
      text: 'Ada costs $1, Ada Lovelace!',
      reasoning: 'Lovelace',
      toolCalls: [{ name: '$1', input: { list: ['Lovelace', 3, null] } }],
    });
  });
});
