import { JSON_TYPE, readBytes, sendJson, write } from './connection.ts';
import type { Exchange } from './exchange.ts';
import { asObject, asText, parsedOr } from './json-reader.ts';
import type { MockRelay } from './mock-relay.ts';

/**
 * Answers a request by what a relay answers: the same status, headers and pieces as they come. Where the relay's connection
 * breaks, so does this one; where there is none, it is broken at once.
 */
export async function passOn(
  exchange: Exchange,
  { fetch, origin = NOWHERE }: MockRelay,
): Promise<void> {
  const { connection, seen, url } = exchange;
  const { response, gone } = connection;
  const bytes = await readBytes(connection);
  if (bytes === 'gone') return;
  if (bytes === 'too-large') {
    seen.outcome = 'failed';
    const message = 'Request exceeds the maximum size.';
    return sendJson(connection, 413, JSON_TYPE, { message, error: { message } });
  }
  const body = asObject(parsedOr(bytes.toString()));
  if (asText(body['model']) !== '') seen.model = asText(body['model']);
  seen.body = bytes.length <= MOST_KEPT_BYTES ? body : null;
  gone.addEventListener('abort', () => {
    seen.outcome ??= 'closed-early';
  });
  const request = {
    method: seen.method,
    headers: headersFor(seen.headers),
    signal: gone,
    ...(bytes.length === 0 ? {} : { body: bytes }),
  };
  try {
    const answer = await fetch(origin + url, request);
    response.writeHead(answer.status, headersFrom(answer.headers));
    for await (const piece of answer.body ?? []) await write(connection, piece);
    seen.outcome ??= answer.ok ? 'completed' : 'failed';
    response.end();
  } catch {
    seen.outcome ??= 'cut';
    response.destroy();
  }
}

const NOWHERE = 'http://cassette.invalid';
const MOST_KEPT_BYTES = 256 * 1024;

/** What belongs to one connection and not to the request, and what Node says by itself. */
const OF_THE_CONNECTION =
  /^(host|connection|keep-alive|content-length|content-encoding|transfer-encoding|accept-encoding|upgrade|te|trailer|expect|proxy-.*)$/;

function headersFor(headers: Exchange['seen']['headers']): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

function headersFrom(headers: Headers): Readonly<Record<string, string>> {
  return Object.fromEntries([...headers].filter(([name]) => !OF_THE_CONNECTION.test(name)));
}
