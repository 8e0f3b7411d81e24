import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, type Asked, answer, refusal } from './answers.ts';
import type { Bucket } from './bucket.ts';
import { type Known, type Refusal, verifySignature } from './verify-signature.ts';

/** A request that came. */
export interface S3RequestSeen {
  readonly method: string;
  /** The key of an object; empty for the bucket itself. */
  readonly key: string;
  readonly query: URLSearchParams;
  /** Which request it is, from 1. */
  readonly nth: number;
}

/** What goes wrong with a request. */
export type S3Fault =
  /** It is refused, and not done. */
  | ({ readonly kind: 'refuse'; readonly headers?: Readonly<Record<string, string>> } & Refusal)
  /** The connection ends, before it is done or after. */
  | { readonly kind: 'drop'; readonly when: 'before' | 'after' }
  /** The connection ends after so many bytes of what is answered. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** It is done, and what is answered is changed. */
  | {
      readonly kind: 'change';
      /** Gives what is answered instead. */
      readonly change: (answered: Answer) => Answer;
    }
  /** It is never answered. */
  | { readonly kind: 'hang' };

/** How a test server is. */
export interface S3TestOptions {
  /** The default is `backups`. */
  readonly bucket?: string;
  /** Whom it knows; `key`, `secret` and `test-region` where left out. */
  readonly known?: Partial<Known>;
  /** How many names a page has at most; the default is 1,000. */
  readonly pageSize?: number;
  /** How small a part may be that is not the last; the default is S3's 5 MiB. */
  readonly leastPartBytes?: number;
  /** Whether it knows conditions of writes; the default is yes. */
  readonly conditions?: boolean;
  /** Its clock, epoch ms. */
  readonly now?: () => number;
  /** What goes wrong, asked for each request once all of it came. */
  readonly fault?: (request: S3RequestSeen) => S3Fault | undefined;
}

/** A server that listens on this machine. */
export interface S3TestServer extends AsyncDisposable {
  readonly url: string;
  readonly bucket: string;
  /** What it keeps. */
  readonly kept: Bucket;
  /** Every request that came, as `PUT name?partNumber=1`. */
  readonly seen: readonly string[];
  /** Variables of the environment that lead to it. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts a server on a free port of this machine. */
export async function startS3(options: S3TestOptions = {}): Promise<S3TestServer> {
  const { bucket = 'backups', now = Date.now } = options;
  const known: Known = {
    accessKeyId: 'key',
    secretAccessKey: 'secret',
    region: 'test-region',
    ...options.known,
  };
  const kept: Bucket = { objects: new Map(), uploads: new Map() };
  const seen: string[] = [];
  const rules = {
    now,
    pageSize: options.pageSize ?? 1_000,
    leastPartBytes: options.leastPartBytes ?? 5 * 1_048_576,
    conditions: options.conditions ?? true,
  };
  const server = createServer((request, response) => {
    void serve(request, response).catch(() => request.socket.destroy());
  });
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const url = new URL(request.url ?? '/', 'http://host');
    const [, first = '', ...rest] = url.pathname.split('/');
    const about = {
      method: request.method ?? '',
      key: decodeURIComponent(rest.join('/')),
      query: url.searchParams,
    };
    seen.push(`${about.method} ${about.key}${decodeURIComponent(url.search)}`);
    const fault = options.fault?.({ ...about, nth: seen.length });
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'drop' && fault.when === 'before') return void request.socket.destroy();
    const asked = { ...about, body, headers: headersOf(request) };
    const answered = changed(fault, () => answerTo(request, asked, first));
    if (fault?.kind === 'drop') return void request.socket.destroy();
    await send(request, response, answered, {
      now: now(),
      cutAt: fault?.kind === 'cut' ? fault.bytes : undefined,
    });
  };
  const answerTo = (request: IncomingMessage, asked: Asked, first: string): Answer => {
    const problem = verifySignature(request, asked.body, known, now());
    if (problem !== undefined) return refusal(problem);
    if (first !== bucket) return refusal({ status: 404, code: 'NoSuchBucket' });
    return answer(kept, asked, rules);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    bucket,
    kept,
    seen,
    env: {
      AWS_ENDPOINT_URL_S3: url,
      AWS_REGION: known.region,
      AWS_ACCESS_KEY_ID: known.accessKeyId,
      AWS_SECRET_ACCESS_KEY: known.secretAccessKey,
      ...(known.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: known.sessionToken }),
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

function headersOf({ headers }: IncomingMessage): Asked['headers'] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function changed(fault: S3Fault | undefined, work: () => Answer): Answer {
  if (fault?.kind === 'refuse') return withHeaders(refusal(fault), fault.headers);
  return fault?.kind === 'change' ? fault.change(work()) : work();
}

function withHeaders(made: Answer, headers: Readonly<Record<string, string>> = {}): Answer {
  return { ...made, headers: { ...made.headers, ...headers } };
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers = {}, body = Buffer.alloc(0) }: Answer,
  { now, cutAt }: { readonly now: number; readonly cutAt: number | undefined },
): Promise<void> {
  const length = status === 204 ? {} : { 'content-length': String(body.byteLength) };
  response.writeHead(status, { date: new Date(now).toUTCString(), ...length, ...headers });
  if (request.method === 'HEAD') return void response.end();
  if (cutAt === undefined) return void response.end(body);
  await new Promise<void>((resolve) => {
    response.write(body.subarray(0, cutAt), () => resolve());
  });
  // What was written has to arrive before the connection ends.
  setTimeout(() => request.socket.destroy(), 20);
}
