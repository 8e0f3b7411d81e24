import { describe, expect, it } from 'vitest';
import { answerBody } from './answer-body.ts';
import { answerSize, MAX_ANSWER } from './answer-size.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { lineBody } from './line-body.ts';

const FROM = { where: 'x/m', headers: new Headers() };
const MIB = 1024 * 1024;

describe('the size of an answer', () => {
  it('M9 M18: is bounded by its bytes', () => {
    const size = answerSize('x/m');
    size.bytes(MAX_ANSWER);
    expect(() => size.bytes(1)).toThrow(expect.objectContaining({ kind: 'protocol' }));
  });

  it('M9 M18: is bounded by the number of its events, however small', () => {
    const size = answerSize();
    const count = (): void => {
      for (let nth = 0; nth < 1_000_000; nth++) size.event(2);
    };
    expect(count).toThrow(expect.objectContaining({ kind: 'protocol' }));
  });

  it.each([
    ['events', answerBody, `data: {"a":"${'a'.repeat(MIB)}"}\n\n`],
    ['lines', lineBody, `{"a":"${'a'.repeat(MIB)}"}\n`],
  ])('M9 M18: holds for %s, whatever the reader says to them', (_, cut, text) => {
    const body = cut(FROM, {
      event: () => undefined,
      whole: () => undefined,
      end: () => undefined,
    });
    const piece = new TextEncoder().encode(text);
    let taken = 0;
    const flood = (): void => {
      for (; taken < 1_000; taken++) body.push(piece);
    };
    expect(flood).toThrow(expect.objectContaining({ kind: 'protocol' }));
    expect(taken).toBeLessThan(130);
  });

  it('M9 M18: holds for what other clients read', async () => {
    const piece = new Uint8Array(MIB).fill(10);
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(piece) });
    const fetch = boundedFetch(async () => new Response(endless), 'lines');
    const response = await fetch('http://x');
    await expect(response.text()).rejects.toMatchObject({ kind: 'protocol' });
  });
});
