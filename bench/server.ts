import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/**
 * A model service that costs as little as it can: OpenAI's chat completions over `node:http`, answering at once.
 * The path says how many pieces an answer has: `/20/v1/chat/completions`; where JSON is asked for, these are a text in it. Sends its port to the process that forked it
 * and ends with it.
 */
const server = createServer({ keepAlive: true, keepAliveTimeout: 600_000, noDelay: true }, answer);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.send?.(address.port);
});
process.on('disconnect', () => process.exit(0));

/** Pieces that leave together. */
const AT_ONCE = 50;
const USAGE = { prompt_tokens: 12, completion_tokens: 20, total_tokens: 32 };
const FIRST = event({ choices: [choice({ role: 'assistant', content: '' })] });
const PIECE = event({ choices: [choice({ content: 'token ' })] });
const OPEN = event({ choices: [choice({ content: '{"text":"' })] });
const CLOSE = event({ choices: [choice({ content: '"}' })] });
const LAST = `${event({ choices: [choice({}, 'stop')] })}${event({ choices: [], usage: USAGE })}data: [DONE]\n\n`;
const MODELS = JSON.stringify({ object: 'list', data: [{ id: 'mock', object: 'model' }] });

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'GET') {
    request.resume();
    response.setHeader('content-type', 'application/json').end(MODELS);
    return;
  }
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const chunks = Number(request.url?.split('/')[1]);
    const body = Buffer.concat(parts);
    if (!request.url?.endsWith('/chat/completions') || Number.isNaN(chunks)) {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end('{"error":{"message":"not offered"}}');
    } else if (body.includes('"stream":true')) {
      stream(response, chunks, body.includes('"response_format"'));
    } else {
      whole(response, chunks);
    }
  });
}

function stream(response: ServerResponse, chunks: number, asJson: boolean): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.write(FIRST);
  if (asJson) response.write(OPEN);
  sendPieces(response, chunks, asJson ? CLOSE + LAST : LAST);
}

/** No model has all of a long answer at once, and what is written in one turn leaves at its end. */
function sendPieces(response: ServerResponse, left: number, last: string): void {
  const now = Math.min(left, AT_ONCE);
  for (let piece = 0; piece < now; piece++) response.write(PIECE);
  if (left > now) setImmediate(sendPieces, response, left - now, last);
  else response.end(last);
}

function whole(response: ServerResponse, chunks: number): void {
  const message = { role: 'assistant', content: 'token '.repeat(chunks), refusal: null };
  const body = JSON.stringify({
    id: 'chatcmpl-mock',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'mock',
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    usage: USAGE,
  });
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);
}

function choice(delta: object, finish: string | null = null): object {
  return { index: 0, delta, logprobs: null, finish_reason: finish };
}

function event(fields: object): string {
  const chunk = {
    id: 'chatcmpl-mock',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'mock',
    ...fields,
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}
