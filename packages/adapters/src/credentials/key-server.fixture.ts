import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A model server that takes some keys and remembers what it was sent. */
export interface KeyServer extends AsyncDisposable {
  readonly url: string;
  /** The keys of all requests, in order. */
  readonly keys: readonly string[];
  /** The headers that they came in. */
  readonly headers: readonly string[];
}

/** How a server answers a key: `ok`, a status, or a status with headers. */
export type KeyAnswer =
  | 'ok'
  | number
  | { readonly status: number; readonly headers: Record<string, string> };

/** Starts it on the loopback interface. It repeats the key of whoever it refuses, as some do. */
export async function startKeyServer(
  answer: (key: string, nth: number) => KeyAnswer,
): Promise<KeyServer> {
  const keys: string[] = [];
  const names: string[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const name = KEY_HEADERS.find((one) => request.headers[one] !== undefined) ?? '';
      const key = String(request.headers[name] ?? '').replace(/^Bearer /, '');
      names.push(name);
      keys.push(key);
      reply(response, answer(key, keys.length), key, request.url ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    keys,
    headers: names,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function reply(response: ServerResponse, answer: KeyAnswer, key: string, url: string): void {
  if (answer !== 'ok') {
    const { status, headers } =
      typeof answer === 'number' ? { status: answer, headers: {} } : answer;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    if (status < 300) response.end(ANSWER);
    else response.end(JSON.stringify({ error: { message: `Incorrect API key provided: ${key}` } }));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(ANSWERS.find(([part]) => url.includes(part))?.[1] ?? CHAT);
}

const KEY_HEADERS = ['authorization', 'x-api-key', 'x-goog-api-key'] as const;

const ANSWER = '{"model":"m","choices":[{"message":{"content":"ok"},"finish_reason":"stop"}]}';

const CHAT =
  'data: {"id":"c","model":"m","choices":[{"delta":{"content":"ok"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

const MESSAGES = [
  {
    type: 'message_start',
    message: { id: 'a', model: 'm', usage: { input_tokens: 1, output_tokens: 1 } },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'ok' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
  { type: 'message_stop' },
]
  .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  .join('');

const GOOGLE =
  'data: {"candidates":[{"content":{"parts":[{"text":"ok"}]},"finishReason":"STOP"}]}\n\n';

const COHERE = [
  { type: 'message-start', id: 'a', delta: { message: { role: 'assistant' } } },
  { type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } },
  { type: 'content-delta', index: 0, delta: { message: { content: { text: 'ok' } } } },
  { type: 'content-end', index: 0 },
  { type: 'message-end', delta: { finish_reason: 'COMPLETE' } },
]
  .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  .join('');

const OLLAMA =
  '{"model":"m","message":{"role":"assistant","content":"ok"},"done":true,"done_reason":"stop"}\n';

/** By a part of the path. */
const ANSWERS: readonly (readonly [string, string])[] = [
  ['/messages', MESSAGES],
  ['streamGenerateContent', GOOGLE],
  ['/v2/chat', COHERE],
  ['/api/chat', OLLAMA],
];
