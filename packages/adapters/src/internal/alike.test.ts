import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generate } from '@overseer/core/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyAdapter } from './every-adapter.fixture.ts';

/** Takes every request and never answers. */
const server = createServer((request) => request.resume());
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const REQUEST = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }],
};

describe.each(everyAdapter.map((one) => [one.name, one] as const))('%s', (_, adapter) => {
  it('M9: a server that never begins to answer is silent for idleTimeoutMs, and told of as such', async () => {
    const model = adapter.create('m', url, { idleTimeoutMs: 60 });
    const call = generate(model, REQUEST, { signal: AbortSignal.timeout(5_000) });
    await expect(call).rejects.toMatchObject({
      kind: 'timeout',
      retryable: true,
      message: expect.stringMatching(/: nothing came for 60 ms; allow more with idleTimeoutMs/),
    });
  });

  it('M1: is disposable', () => {
    const model = adapter.create('m', url);
    expect(Symbol.dispose in model).toBe(true);
  });
});
