import { describe, expect, it } from 'vitest';
import { fetchTransport } from './fetch-transport.ts';
import type { HttpExchange } from './http-call.ts';
import { fetchWhole } from './raw-server.fixture.ts';
import { slowBody } from './slow-body.fixture.ts';

function send(answer: () => Promise<Response>, said: string[]): HttpExchange {
  return fetchTransport('http://x.test', {}, answer).send({
    method: 'POST',
    path: '/',
    onHead: (status) => said.push(`head ${status}`),
    onData: (bytes) => said.push(Buffer.from(bytes).toString()),
    onEnd: () => said.push('end'),
    onError: (error) => said.push(String(error)),
  });
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the transport over a fetch', () => {
  it('M9: sends what the call says, and gives the answer in order', async () => {
    const sent: unknown[] = [];
    const fetch = async (...args: readonly unknown[]): Promise<Response> => {
      sent.push(...args);
      return new Response('ok', { status: 201, headers: { 'x-a': '1' } });
    };
    const transport = fetchTransport('http://x.test', { a: '1' }, fetch);
    const call = { method: 'POST' as const, path: '/p', body: '{}', headers: { b: '2' } };
    const answer = await fetchWhole(transport, call);
    expect([answer.status, answer.headers.get('x-a'), answer.body]).toEqual([201, '1', 'ok']);
    expect(sent).toMatchObject([
      'http://x.test/p',
      { method: 'POST', body: '{}', headers: { a: '1', b: '2' } },
    ]);
    await expect(
      fetchWhole(fetchTransport('http://x.test', {}, () => Promise.reject(new Error('cut')))),
    ).rejects.toThrow('cut');
  });

  it('M9: reads nothing while it is paused', async () => {
    const body = slowBody();
    const said: string[] = [];
    const exchange = send(async () => body.response(), said);
    await soon();
    exchange.pause();
    body.send('a');
    await soon();
    body.send('b');
    await soon();
    expect(said).toEqual(['head 200', 'a']);
    exchange.resume();
    body.end();
    await soon();
    expect(said).toEqual(['head 200', 'a', 'b', 'end']);
  });

  it('K6: gives up a body that no signal reaches, at once, and says nothing more', async () => {
    const said: string[] = [];
    const body = slowBody(() => Promise.reject(new Error('not now')));
    const exchange = send(async () => body.response(), said);
    await soon();
    body.send('a');
    await soon();
    exchange.close();
    await soon();
    expect([body.cancelled(), said]).toEqual([true, ['head 200', 'a']]);
  });

  it('K6: gives up a body that comes after it was closed', async () => {
    const said: string[] = [];
    const body = slowBody();
    const opened = Promise.withResolvers<Response>();
    const exchange = send(() => opened.promise, said);
    exchange.close();
    opened.resolve(body.response());
    await soon();
    expect([body.cancelled(), said]).toEqual([true, []]);
  });
});
