import { describe, expect, it } from 'vitest';
import type { HttpCall } from './http-call.ts';
import { requestWriter } from './request-text.ts';

const nothing = (): undefined => undefined;
const call = (own: Partial<HttpCall>): HttpCall => ({
  method: 'GET',
  path: '/',
  onHead: nothing,
  onData: nothing,
  onEnd: nothing,
  onError: nothing,
  ...own,
});

describe('the text of a request', () => {
  it('M9: holds the head and the body, to be written at once', () => {
    const write = requestWriter('h:1', { A: 'b' });
    expect(write(call({ method: 'POST', path: '/v1?q=%20', body: '{}' }))).toEqual({
      text: 'POST /v1?q=%20 HTTP/1.1\r\nhost: h:1\r\na: b\r\ncontent-length: 2\r\n\r\n{}',
      encoding: 'latin1',
    });
    expect(write(call({})).text).toBe('GET / HTTP/1.1\r\nhost: h:1\r\na: b\r\n\r\n');
  });

  it('M9: counts bytes, and tells when they are more than ASCII', () => {
    const write = requestWriter('h', {});
    const written = write(call({ method: 'POST', body: 'é😀\ud800' }));
    expect(written.encoding).toBe('utf8');
    expect(Buffer.from(written.text).length).toBe(written.text.indexOf('\r\n\r\n') + 4 + 9);
    expect(written.text).toContain('content-length: 9\r\n');
  });

  it("M9: a call's own header goes before the one that is always sent", () => {
    const write = requestWriter('h', { 'X-A': '1', 'x-b': '1' });
    expect(write(call({ headers: { 'x-a': '2' } })).text).toContain('x-a: 2\r\nx-b: 1\r\n\r\n');
    expect(write(call({})).text).toContain('x-a: 1\r\n');
  });

  it.each([
    [{ headers: { 'x-a': 'b\r\nx-c: d' } }, /the header x-a holds/],
    [{ headers: { 'x-a': 'b\0' } }, /the header x-a holds/],
    [{ headers: { 'x-a': 'é' } }, /the header x-a holds/],
    [{ headers: { 'x a': 'b' } }, /is no name/],
    [{ headers: { '': 'b' } }, /is no name/],
    [{ headers: { 'Content-Length': '5' } }, /content-length is the connection's own/],
    [{ headers: { 'transfer-encoding': 'chunked' } }, /own/],
    [{ path: '/a b' }, /no path/],
    [{ path: '/a\r\n' }, /no path/],
    [{ path: 'a' }, /no path/],
    [{ path: '/é' }, /no path/],
  ])('X5: refuses what would part a request elsewhere: %j', (own, sentence) => {
    expect(() => requestWriter('h', {})(call(own))).toThrow(
      expect.objectContaining({ kind: 'invalid', message: expect.stringMatching(sentence) }),
    );
  });

  it('M11: never tells the value of a header', () => {
    const write = requestWriter('h', { authorization: 'Bearer secret\n' });
    expect(() => write(call({}))).toThrow(/^(?!.*secret)/);
  });
});
