import { createHash } from 'node:crypto';
import { withRetry } from '@overseer/core/plugin';
import { noAnswer, refused, type S3Asked, S3Failure } from './s3-failure.ts';
import type { S3Settings } from './s3-options.ts';
import { loadSigner, type Sign } from './sign.ts';

/** One request of a store. */
export interface S3Request {
  readonly method: 'DELETE' | 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** The whole key of an object; the bucket itself where left out. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Statuses of answers beside those of success. */
  readonly takes?: readonly number[];
  /** How often it is tried, in place of what the settings say. */
  readonly attempts?: number;
  /** Goes on though everything else was given up. */
  readonly isLast?: boolean;
}

/** An answer whose body was not read. */
export interface S3Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Its bytes. Throws `S3Failure` where they end too early or do not come for too long. */
  body(): AsyncGenerator<Uint8Array>;
  /** Lets go of it. */
  drop(): Promise<void>;
}

/** Speaks to a store: signs, waits, and tries again. Throws `S3Failure`, and what aborts. */
export interface S3Client {
  readonly settings: S3Settings;
  /** Asks, and gives the answer with all of its text, at most 16 MiB. */
  ask(request: S3Request): Promise<S3Text>;
  /** Asks, and gives the answer before its body came. */
  open(request: S3Request): Promise<S3Answer>;
  /** What failures are told about. */
  asked(): S3Asked;
}

/** An answer with its text. */
export interface S3Text {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The most of a text that is read: a list of 1,000 names has less than one MiB. */
const MOST_TEXT_BYTES = 16 * 1_048_576;
const MOST_WAIT_MS = 20_000;
/** What an upload takes longer. */
const SLOWEST_BYTES_A_MS = 32;

/** A client for one bucket; nothing is asked before its first request. */
export function createS3Client(settings: S3Settings): S3Client {
  let signer: Promise<Sign> | undefined;
  const { bucket, prefix, clock, endpoint, region } = settings;
  const asked = (): S3Asked => ({
    place: `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`,
    host: endpoint.host,
    region,
    now: clock.now(),
  });
  const openOnce = async (request: S3Request): Promise<S3Answer> => {
    signer ??= loadSigner();
    const { url, headers } = await (await signer)(settings, {
      method: request.method,
      url: urlOf(settings, request),
      headers: { ...request.headers, 'x-amz-content-sha256': hashOf(request.body) },
    });
    return await fetchOnce(url, headers, request, settings, asked);
  };
  const retried = <T>(request: S3Request, work: () => Promise<T>): Promise<T> =>
    withRetry(work, {
      attempts: request.attempts ?? settings.attempts,
      baseMs: settings.backoffMs,
      maxMs: MOST_WAIT_MS,
      withinMs: settings.patienceMs,
      isRetryable: (error) => error instanceof S3Failure && error.mayPass,
      clock,
      ...(settings.signal === undefined || request.isLast === true
        ? {}
        : { signal: settings.signal }),
    });
  return {
    settings,
    asked,
    open: (request) => retried(request, () => openOnce(request)),
    ask: (request) =>
      retried(request, async () => {
        const answer = await openOnce(request);
        const { status, headers } = answer;
        const text = await textOf(answer);
        // A long work may fail after its answer began, so that only its text says so (CompleteMultipartUpload).
        if (status === 200 && /^\s*(<\?xml[^>]*>\s*)?<Error[\s>]/.test(text)) {
          throw refused(new Response(null, { status: 500, headers }), text, asked());
        }
        return { status, headers, text };
      }),
  };
}

/** The host has the bucket's name, or the path has. */
function urlOf(
  { endpoint, bucket, pathStyle }: S3Settings,
  { key = '', query = {} }: S3Request,
): URL {
  const url = new URL(endpoint);
  const base = url.pathname.replace(/\/+$/, '');
  if (!pathStyle) url.hostname = `${bucket}.${url.hostname}`;
  url.pathname = pathStyle ? `${base}/${bucket}${key === '' ? '' : `/${key}`}` : `${base}/${key}`;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  // A space is `%20` in what is signed.
  url.search = url.search.replaceAll('+', '%20');
  return url;
}

async function fetchOnce(
  url: URL,
  headers: Headers,
  request: S3Request,
  settings: S3Settings,
  asked: () => S3Asked,
): Promise<S3Answer> {
  const { method, body, takes = [], isLast } = request;
  const watch = new Watch(settings, isLast === true ? undefined : settings.signal, asked);
  // A signed one would be changed by gateways that compress.
  headers.set('accept-encoding', 'identity');
  const extraMs = (body?.byteLength ?? 0) / SLOWEST_BYTES_A_MS;
  const response = await watch.over(
    () =>
      fetch(url, {
        method,
        headers,
        redirect: 'manual',
        signal: watch.signal,
        ...(body === undefined ? {} : { body: new Uint8Array(body) }),
      }),
    extraMs,
  );
  const answer: S3Answer = {
    status: response.status,
    headers: response.headers,
    body: () => bodyOf(response, watch),
    drop: async () => await response.body?.cancel().catch(() => undefined),
  };
  if (response.ok || takes.includes(response.status)) return answer;
  const text = await textOf(answer).catch(() => '');
  throw refused(response, text, asked());
}

async function* bodyOf(response: Response, watch: Watch): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  try {
    while (true) {
      const { done, value } = await watch.over(() => reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function textOf(answer: S3Answer): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of answer.body()) {
    bytes += piece.byteLength;
    if (bytes > MOST_TEXT_BYTES)
      throw new S3Failure('backup.target', 'The store sent far too long an answer.', {
        status: 400,
      });
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Gives a request up where nothing comes for too long, or where somebody gave up. */
class Watch {
  readonly #settings: S3Settings;
  readonly #asked: () => S3Asked;
  readonly #outer: AbortSignal | undefined;
  readonly #controller = new AbortController();

  constructor(settings: S3Settings, outer: AbortSignal | undefined, asked: () => S3Asked) {
    this.#settings = settings;
    this.#asked = asked;
    this.#outer = outer;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  async over<T>(work: () => Promise<T>, extraMs = 0): Promise<T> {
    const { clock, timeoutMs } = this.#settings;
    const stop = (): void => this.#controller.abort();
    const patience = Math.ceil(timeoutMs + extraMs);
    let isLate = false;
    const letGo = clock.after(patience, () => {
      isLate = true;
      stop();
    });
    this.#outer?.addEventListener('abort', stop, { once: true });
    try {
      this.#outer?.throwIfAborted();
      return await work();
    } catch (error) {
      this.#outer?.throwIfAborted();
      throw noAnswer(error, this.#asked(), isLate ? patience : undefined);
    } finally {
      letGo();
      this.#outer?.removeEventListener('abort', stop);
    }
  }
}

function hashOf(body: Uint8Array = new Uint8Array()): string {
  return createHash('sha256').update(body).digest('hex');
}
