import { describe, expect, it } from 'vitest';
import { parseEvent } from './parse-event.ts';

const FROM = { where: 'test/m', headers: new Headers({ 'x-request-id': 'r1' }) };

describe('the data of an event', () => {
  it('M9: is a JSON object', () => {
    expect(parseEvent(' {"a":[1]}\n', FROM)).toEqual({ a: [1] });
  });

  it.each(['', '{', '[DONE]', 'null', '7', '"text"', '[{}]'])(
    'M18: is refused in words, with the id of the request, where it is %j',
    (data) => {
      expect(() => parseEvent(data, FROM)).toThrow(
        expect.objectContaining({
          code: 'model.protocol',
          message: expect.stringMatching(/^test\/m: (the server sent .* no JSON object|text);/),
          requestId: 'r1',
        }),
      );
    },
  );
});
