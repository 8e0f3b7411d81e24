import { describe, expect, it } from 'vitest';
import type { ToolSchema } from '../spec/tool.ts';
import { askWhetherDone, readDoubtAnswer } from './tool-doubt.ts';

const text: ToolSchema = {
  jsonSchema: { type: 'string' },
  parse: (value) =>
    typeof value === 'string' ? { ok: true, value } : { ok: false, problems: ['expected text'] },
};

describe('askWhetherDone', () => {
  it('R2: says what is in doubt, with its input, and how to answer', () => {
    expect(askWhetherDone('send_mail', { to: 'ada' }, {})).toEqual({
      kind: 'ask',
      of: { person: 'a person' },
      request:
        'Did send_mail with input {"to":"ada"} happen? It was interrupted. Answer: done <output> | not done | give up',
    });
  });

  it('X5: is one line of bounded length, whatever a model wrote into the input', () => {
    const { request } = askWhetherDone('x\n\u001b[2J', { a: '\u2028 y'.repeat(9_000) }, {}, 'No.');
    expect(request).toMatch(/^No\. Did x \[2J with input .*… happen\?/);
    expect(request).not.toMatch(/[\p{Cc}\u2028]/u);
    expect(request.length).toBeLessThan(2_200);
  });
});

describe('readDoubtAnswer', () => {
  it.each([
    ['done', null],
    ['Done: {"id": 7}', { id: 7 }],
    ['done 42', 42],
    ['done sent to\nAda', 'sent to\nAda'],
    ['  done "a"  ', 'a'],
  ])('R2: %j is done', (reply, output) => {
    expect(readDoubtAnswer(reply, {})).toEqual({ kind: 'done', output });
  });

  it('R2: takes an output as text where the tool gives text', () => {
    expect(readDoubtAnswer('done 42', { output: text })).toEqual({ kind: 'done', output: '42' });
    expect(readDoubtAnswer('done', { output: text })).toEqual({ kind: 'done', output: '' });
  });

  it.each([
    ['not done', 'not-done'],
    [' Not  done. ', 'not-done'],
    ['give up', 'give-up'],
    ['Give up!', 'give-up'],
  ])('R2: %j is understood', (reply, kind) => {
    expect(readDoubtAnswer(reply, {})).toEqual({ kind });
  });

  it.each(['', 'yes', 'undone', 'not done, I think', 'give it up', 'well, done'])(
    'R2: %j is unreadable, and says so',
    (reply) => {
      expect(readDoubtAnswer(reply, {})).toEqual({
        kind: 'unreadable',
        problem: `The answer ${JSON.stringify(reply)} is none of these.`,
      });
    },
  );

  it('R2: an output that the tool never gives is unreadable', () => {
    const number: ToolSchema = {
      jsonSchema: {},
      parse: (value) =>
        typeof value === 'number' ? { ok: true, value } : { ok: false, problems: ['no number'] },
    };
    expect(readDoubtAnswer('done soon', { output: number })).toEqual({
      kind: 'unreadable',
      problem: 'That output is not what the tool gives: no number.',
    });
  });
});
