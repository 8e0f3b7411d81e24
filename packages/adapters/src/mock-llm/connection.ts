import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Json } from '@overseer/core/spec';

/** One request and the way back to its client. */
export interface Connection {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborts when the connection is gone, whoever closed it. */
  readonly gone: AbortSignal;
  /** Takes the client for gone, without waiting for Node to say so. */
  readonly abandon: () => void;
}

/** Takes a request over from Node. */
export function connect(request: IncomingMessage, response: ServerResponse): Connection {
  const gone = new AbortController();
  const abandon = (): void => gone.abort();
  response.once('close', abandon);
  // Without a listener a client that leaves in the middle of a write would end the process.
  response.on('error', abandon);
  request.on('error', abandon);
  return { request, response, gone: gone.signal, abandon };
}

/** Writes, and resolves when the bytes have left or the client has. */
export function write({ response, gone }: Connection, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted) return resolve();
    const done = (): void => {
      gone.removeEventListener('abort', done);
      resolve();
    };
    gone.addEventListener('abort', done, { once: true });
    response.write(text, done);
  });
}

/** Sends a whole JSON reply. */
export function sendJson(
  { response }: Connection,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: object,
): void {
  const text = JSON.stringify(body);
  const length = String(Buffer.byteLength(text));
  response.writeHead(status, { ...headers, ...JSON_TYPE, 'content-length': length });
  response.end(text);
}

/** What every JSON reply carries. */
export const JSON_TYPE: Readonly<Record<string, string>> = { 'content-type': 'application/json' };

/** A body as it was read: its JSON (`null` where there was none), or why it cannot be used. */
export type Body =
  | { readonly kind: 'json'; readonly value: Json; readonly bytes: number }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'not-json' }
  | { readonly kind: 'gone' };

/** Reads a body of at most 32 MiB. */
export async function readBody({ request }: Connection): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      // What is too much is read all the same and dropped: a client that still writes would not see the refusal.
      if (size <= MOST_BYTES) chunks.push(chunk);
    }
  } catch {
    return { kind: 'gone' };
  }
  if (size > MOST_BYTES) return { kind: 'too-large' };
  if (size === 0) return { kind: 'json', value: null, bytes: 0 };
  const type = request.headers['content-type'] ?? '';
  try {
    if (type.startsWith('multipart/form-data'))
      return { kind: 'json', value: await formFields(Buffer.concat(chunks), type), bytes: size };
    const value = JSON.parse(Buffer.concat(chunks).toString()) as Json;
    return { kind: 'json', value, bytes: size };
  } catch {
    return { kind: 'not-json' };
  }
}

const MOST_BYTES = 32 * 1024 * 1024;

/** A form's fields; a file is its text, and its name stands beside it as `<field>.name`. */
async function formFields(body: Buffer, type: string): Promise<Json> {
  const headers = { 'content-type': type };
  const form = await new Response(new Uint8Array(body), { headers }).formData();
  const fields: Record<string, string> = {};
  for (const [name, value] of form) {
    fields[name] = typeof value === 'string' ? value : await value.text();
    if (typeof value !== 'string') fields[`${name}.name`] = value.name;
  }
  return fields;
}
