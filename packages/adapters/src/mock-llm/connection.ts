import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Json } from '@overseer/core/spec';

/** One request and the way back to its client. */
export interface Connection {
  readonly request: AsyncIterable<Uint8Array>;
  readonly response: Outlet;
  /** Aborts when the connection is gone, whoever closed it. */
  readonly gone: AbortSignal;
  /** Takes the client for gone, without waiting for Node to say so. */
  readonly abandon: () => void;
}

/** The part of Node's response that replies are written through. */
export interface Outlet {
  readonly headersSent: boolean;
  readonly statusCode: number;
  /** Whether all of it has left. */
  readonly writableFinished: boolean;
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
  /** Calls `done` when the bytes have left. */
  write(piece: string | Uint8Array, done: () => void): unknown;
  end(last?: string): unknown;
  /** Breaks the connection. */
  destroy(): unknown;
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
export function write({ response, gone }: Connection, piece: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted) return resolve();
    const done = (): void => {
      gone.removeEventListener('abort', done);
      resolve();
    };
    gone.addEventListener('abort', done, { once: true });
    response.write(piece, done);
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

/** Reads a body of at most 32 MiB as JSON; the fields of a form become an object. */
export async function readBody(connection: Connection, type = ''): Promise<Body> {
  const read = await readBytes(connection);
  if (typeof read === 'string') return { kind: read };
  if (read.length === 0) return { kind: 'json', value: null, bytes: 0 };
  try {
    const value = type.startsWith('multipart/form-data')
      ? await formFields(read, type)
      : (JSON.parse(read.toString()) as Json);
    return { kind: 'json', value, bytes: read.length };
  } catch {
    return { kind: 'not-json' };
  }
}

/** Reads a body of at most 32 MiB as it is. */
export async function readBytes({
  request,
}: Connection): Promise<Buffer<ArrayBuffer> | 'gone' | 'too-large'> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      size += chunk.length;
      // What is too much is read all the same and dropped: a client that still writes would not see the refusal.
      if (size <= MOST_BYTES) chunks.push(chunk);
    }
  } catch {
    return 'gone';
  }
  return size > MOST_BYTES ? 'too-large' : Buffer.concat(chunks);
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
