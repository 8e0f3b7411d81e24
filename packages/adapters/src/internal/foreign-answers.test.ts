import { generate } from '@overseer/core/plugin';
import { describe, expect, it } from 'vitest';
import { everyAdapter } from './every-adapter.fixture.ts';
import { serveRaw } from './raw-server.fixture.ts';

const REQUEST = { messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }] } as const;
const ctx = () => ({ signal: AbortSignal.timeout(10_000) });

/** What a call fails with whose server answers so. */
async function failing(
  create: (typeof everyAdapter)[number]['create'],
  [status, type, body]: readonly [status: string, type: string, body: string],
) {
  const head = `content-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}`;
  await using server = await serveRaw((socket) => {
    socket.write(`HTTP/1.1 ${status}\r\n${head}\r\n\r\n${body}`);
  });
  const call = generate(create('m', server.origin), REQUEST, ctx());
  return await call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

// Those of the AI SDK read streams by its own parsers.
const ours = everyAdapter.filter(({ name }) => !/^ai-sdk (?!round)/.test(name));

describe.each(ours)('$name', ({ create, dialect }) => {
  it.each([
    ['a page', 'text/html', '<!doctype html>\n<title>Sign in</title>\ndata-driven\n'],
    ['a word', 'text/plain', 'Ollama is running'],
  ])('M18: %s in place of an answer is told as what it is', async (_, type, body) => {
    const error = await failing(create, ['200 OK', type, body]);
    expect(error).toMatchObject({ kind: 'protocol' });
    expect(String(error)).toContain('check the base URL');
  });

  it('M18: keeps what FastAPI says of wrong fields', async () => {
    const body = JSON.stringify({
      detail: [{ type: 'extra', loc: ['body', 'seed'], msg: 'Extra inputs are not permitted' }],
    });
    const error = await failing(create, ['422 Wrong', 'application/json', body]);
    expect(error).toMatchObject({ kind: 'invalid', status: 422, retryable: false });
    expect(String(error)).toContain('body.seed: Extra inputs are not permitted');
  });

  // Ollama's stream has no names, and what says `error` is one there already.
  it.skipIf(dialect === 'ollama-chat')(
    'M18: an error in mid-stream of no known kind is one of the server, which another try may cure',
    async () => {
      const said = 'event: error\ndata: {"message":"boom"}\n\n';
      const error = await failing(create, ['200 OK', 'text/event-stream', said]);
      expect(error).toMatchObject({ kind: 'server', retryable: true });
      expect(String(error)).toContain('boom');
    },
  );
});
