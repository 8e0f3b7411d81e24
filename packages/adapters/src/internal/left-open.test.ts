import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const OPENAI = [
  'data: {"id":"c","model":"m","choices":[{"delta":{"content":"Hi"}}]}\n\n',
  'data: {"id":"c","model":"m","choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',
  'data: [DONE]\n\n',
];
const ANTHROPIC = [
  'data: {"type":"message_start","message":{"id":"c","model":"m","content":[],"usage":{}}}\n\n',
  'data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":"Hi"}}\n\n',
  'data: {"type":"content_block_stop","index":0}\n\n',
  'data: {"type":"message_stop"}\n\n',
];

describe('a server that leaves its answer open after the end', () => {
  const server = createServer((request, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of request.url?.endsWith('/messages') ? ANTHROPIC : OPENAI) {
      response.write(event);
    }
  });
  let url = '';

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('M9: holds no process for longer than about a second, over an SDK and over our own wire', async () => {
    const script = `
      const { anthropic } = await import('@overseer/adapters/anthropic');
      const { lmstudio } = await import('@overseer/adapters/lmstudio');
      const { openai } = await import('@overseer/adapters/openai');
      const { openaiCompatible } = await import('@overseer/adapters/openai-compatible');
      const { generate } = await import('@overseer/core/plugin');
      const url = ${JSON.stringify(url)};
      const models = [
        anthropic('m', { apiKey: 'k', baseURL: url }),
        openai('m', { apiKey: 'k', baseURL: url + '/v1' }),
        openaiCompatible('m', { baseURL: url }),
        lmstudio('m', { baseURL: url, verify: false }),
      ];
      const request = { messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }] };
      const { signal } = new AbortController();
      const fetched = (...args) => fetch(...args);
      const answers = await Promise.all(
        models.flatMap((model) => [
          generate(model, request, { signal }),
          generate(model, request, { signal, fetch: fetched }),
        ]),
      );
      const since = performance.now();
      process.on('exit', () => {
        const held = performance.now() - since;
        console.log(JSON.stringify({ texts: answers.map(({ text }) => text), held }));
      });`;
    const args = ['--conditions=@overseer/source', '--input-type=module', '-e', script];
    const options = { cwd: import.meta.dirname, timeout: 15_000 };
    const { stdout } = await promisify(execFile)(process.execPath, args, options);
    const { texts, held } = JSON.parse(stdout) as { texts: string[]; held: number };
    expect(texts).toEqual(Array.from({ length: 8 }, () => 'Hi'));
    // Without a bound it is the idle time, five minutes.
    expect(held).toBeLessThan(5000);
  }, 20_000);
});
