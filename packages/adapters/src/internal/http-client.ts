import {
  abortError,
  type ModelError,
  modelRefusal,
  type Refusal,
  toModelError,
} from '@overseer/core/plugin';
import type { CallContext, Credential, Credentials } from '@overseer/core/spec';
import { fromEnv } from '../credentials/from-env.ts';
import { readBaseUrl } from './base-url.ts';
import { UNCODED } from './content-coding.ts';
import { fetchTransport } from './fetch-transport.ts';
import { hideSecrets, namesKey, secretsOf } from './hide-secrets.ts';
import type { HttpTransport } from './http-call.ts';
import { KeyUse } from './key-use.ts';
import { keyedTransport } from './keyed-transport.ts';
import { nodeTransport } from './node-transport.ts';
import { socketTransport } from './socket-transport.ts';
import { variableOf } from './variable-of.ts';

/** Most characters of a document that is not a stream. */
const MAX_DOCUMENT = 16 * 1024 * 1024;

/** What a client always sends, and to whom. */
export interface HttpClientOptions {
  readonly baseURL: string;
  /** Sent as a bearer token; where it comes from elsewhere, it is asked for before each call. */
  readonly apiKey?: string | Credentials;
  /** A variable that may hold the key where none is given: read at each call, which goes out without a key while it is empty. */
  readonly keyVariable?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** The headers that carry a key; the default is `Authorization: Bearer`. */
  readonly keyHeaders?: (
    credential: Pick<Credential, 'token' | 'bearer'>,
  ) => Readonly<Record<string, string>>;
  /** Who is called, in failures of the source of the key; the default is the origin. */
  readonly where?: string;
}

/** A client of one model server. Disposing it closes its idle sockets. */
export interface HttpClient extends Disposable {
  readonly origin: string;
  /** The base path: `/v1`. */
  readonly path: string;
  readonly local: boolean;
  /** The transport of a call: `ctx.fetch` where it is given, else kept-alive sockets. */
  transport(ctx: CallContext): HttpTransport;
  /**
   * The same failure without the key and the secret headers of a call, which a server may have repeated; said once of each failure,
   * as the source of the key hears of it.
   */
  hide(error: ModelError, ctx: CallContext): ModelError;
}

/** Makes a client; opens nothing yet. Throws `ConfigError` for a bad base URL. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const base = readBaseUrl(options.baseURL);
  const { apiKey, keyHeaders = bearer, where = base.origin } = options;
  const key = typeof apiKey === 'string' && apiKey !== '' ? apiKey : undefined;
  // What a host says is the key, if only that there is none.
  const keyVariable = apiKey === undefined ? options.keyVariable : undefined;
  const source = keyVariable === undefined ? apiKey : fromEnv(keyVariable);
  const keys =
    typeof source === 'object' && !namesKey(options.headers)
      ? new KeyUse(source, where)
      : undefined;
  const isKeyless = (): boolean =>
    keyVariable !== undefined && (variableOf(keyVariable) ?? '').trim() === '';
  const headers = {
    'content-type': 'application/json',
    accept: 'text/event-stream, application/json',
    'user-agent': 'overseer',
    ...(key === undefined ? {} : keyHeaders({ token: key })),
    ...options.headers,
  };
  const secrets = [key ?? '', ...secretsOf(options.headers)];
  const open = base.origin.startsWith('http:') ? socketTransport : nodeTransport;
  const kept = open(base.origin, { ...UNCODED, ...headers });
  return {
    ...base,
    transport: (ctx) => {
      const through =
        ctx.fetch === undefined ? kept : fetchTransport(base.origin, headers, ctx.fetch);
      return keys === undefined || isKeyless()
        ? through
        : keyedTransport(through, keys, ctx, keyHeaders);
    },
    hide: (error, ctx) => {
      const known = [...secrets, ...(keys?.secrets ?? []), ...secretsOf(ctx.headers)];
      return hideSecrets(keys?.refuse(error, ctx) ?? error, known);
    },
    [Symbol.dispose]: () => kept[Symbol.dispose](),
  };
}

function bearer({ token }: Pick<Credential, 'token'>): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` };
}

/** A small request whose answer is one JSON document. Throws `ModelError`. */
export function requestJson(
  client: HttpClient,
  request: {
    readonly method: 'GET' | 'POST';
    readonly path: string;
    readonly body?: unknown;
    readonly where: string;
  },
  ctx: CallContext,
): Promise<unknown> {
  const { where } = request;
  return new Promise((resolve, reject) => {
    if (ctx.signal.aborted) return reject(abortError(ctx.signal, where));
    const settle = (give: () => void): void => {
      ctx.signal.removeEventListener('abort', onAbort);
      give();
    };
    let answer = createDocument(0);
    let isRefusal = false;
    const read = (): void => {
      try {
        resolve(answer.json(from));
      } catch (error) {
        reject(client.hide(toModelError(error, ctx.signal, where), ctx));
      }
    };
    let from: Pick<Refusal, 'where' | 'headers'> = { where };
    const exchange = client.transport(ctx).send({
      method: request.method,
      path: request.path,
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      ...(ctx.headers === undefined ? {} : { headers: ctx.headers }),
      onHead: (status, headers) => {
        answer = createDocument(status);
        isRefusal = status < 200 || status >= 300;
        from = { where, headers };
      },
      onData: (bytes) => {
        answer.push(bytes);
        if (!answer.isFull) return;
        exchange.close();
        settle(isRefusal ? read : () => reject(endless(where)));
      },
      onEnd: () => settle(read),
      onError: (error) =>
        settle(() => reject(client.hide(toModelError(error, ctx.signal, where), ctx))),
    });
    const onAbort = (): void => {
      exchange.close();
      reject(abortError(ctx.signal, where));
    };
    ctx.signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** What a call fails with whose answer is a document without end. */
export function endless(where: string): ModelError {
  const body = { message: `the server sent a document of more than ${MAX_DOCUMENT} characters` };
  return modelRefusal({ where, body });
}

/** A document that arrives in pieces. */
export interface DocumentReader {
  push(bytes: Uint8Array): void;
  /** Whether more has come than is kept. */
  readonly isFull: boolean;
  text(): string;
  /** The parsed document of a good answer. Throws `ModelError` for a refusal, or for what is no JSON. */
  json(from: Pick<Refusal, 'where' | 'headers'>): unknown;
}

/** Reads a bounded document; what is longer than 16 Mi characters is cut. */
export function createDocument(status: number): DocumentReader {
  const decoder = new TextDecoder();
  let text = '';
  return {
    push: (bytes) => {
      if (text.length < MAX_DOCUMENT) text += decoder.decode(bytes, { stream: true });
    },
    get isFull() {
      return text.length >= MAX_DOCUMENT;
    },
    text: () => text,
    json: (from) => {
      if (status < 200 || status >= 300) throw modelRefusal({ ...from, status, body: text });
      try {
        return JSON.parse(text) as unknown;
      } catch (cause) {
        const body = { message: 'the server answered with something that is no JSON' };
        throw modelRefusal({ ...from, body, cause });
      }
    },
  };
}
