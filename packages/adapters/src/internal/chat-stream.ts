import {
  createSseReader,
  type EventSink,
  type HeaderReader,
  ModelError,
  modelRefusal,
  type PushHandle,
  type PushStream,
  rateLimit,
  requestIdOf,
  toModelError,
} from '@overseer/core/plugin';
import type { CallContext, ModelEvent, ModelWarning } from '@overseer/core/spec';
import type { HttpExchange } from './http-call.ts';
import { createDocument, type DocumentReader, type HttpClient } from './http-client.ts';
import type { IdleWatch, WatchedCall } from './idle-watch.ts';
import type { OpenAiChunk } from './openai-chunk.ts';
import { OpenAiChunkReader, plainTextOf } from './openai-chunk-reader.ts';
import { pushStream } from './push-stream.ts';
import { TextTemplate } from './text-template.ts';

/** One streaming call over our own wire code. */
export interface ChatCall {
  readonly client: HttpClient;
  readonly watch: IdleWatch;
  readonly where: string;
  readonly ctx: CallContext;
  /** Gives the body, at once or after something that must come first; its events so far are sent before. */
  readonly prepare: (emit: (event: ModelEvent) => void) => ChatBody | Promise<ChatBody>;
  /** Makes a better error of a refusal. */
  readonly explain: (error: ModelError) => ModelError | Promise<ModelError>;
  /** Looks at the model that answered. */
  readonly check?: (model: string) => readonly ModelWarning[];
}

/** What is sent, and what of the request it leaves out. */
export interface ChatBody {
  readonly text: string;
  readonly warnings: readonly ModelWarning[];
}

/** Sends a chat completion and reads its stream; the request goes out when iteration starts. */
export function chatStream(call: ChatCall): PushStream {
  return pushStream(call.ctx.signal, (sink) => new ChatStream(call, sink));
}

class ChatStream implements PushHandle {
  readonly #call: ChatCall;
  readonly #sink: EventSink;
  readonly #reader: OpenAiChunkReader;
  readonly #template: TextTemplate = new TextTemplate();
  #exchange: HttpExchange | undefined;
  #watched: WatchedCall | undefined;
  #warnings: readonly ModelWarning[] = [];
  #feed: (bytes: Uint8Array) => void = () => undefined;
  #finish: () => void = () => undefined;
  #over = false;

  constructor(call: ChatCall, sink: EventSink) {
    this.#call = call;
    this.#sink = sink;
    this.#reader = new OpenAiChunkReader(call.where, sink);
    this.#start();
  }

  stop(): void {
    if (!this.#over) this.#close();
  }

  pause(): void {
    this.#exchange?.pause();
  }

  resume(): void {
    this.#exchange?.resume();
  }

  #start(): void {
    try {
      const body = this.#call.prepare((event) => this.#sink.event(event));
      if (body instanceof Promise) body.then((ready) => this.#send(ready)).catch(this.#fail);
      else this.#send(body);
    } catch (error) {
      this.#fail(error);
    }
  }

  #send(body: ChatBody): void {
    if (this.#over) return;
    const { client, ctx, watch } = this.#call;
    this.#warnings = body.warnings;
    this.#watched = watch.enter(this.#onIdle);
    this.#exchange = client.transport(ctx).send({
      method: 'POST',
      path: `${client.path}/chat/completions`,
      body: body.text,
      ...(ctx.headers === undefined ? {} : { headers: ctx.headers }),
      onHead: (status, headers) => this.#head(status, headers),
      onData: (bytes) => {
        this.#watched?.touch();
        if (!this.#over) this.#guarded(this.#feed, bytes);
      },
      onEnd: () => {
        this.#release();
        if (!this.#over) this.#guarded(this.#finish, undefined);
      },
      onError: (error) => {
        this.#release();
        this.#fail(error);
      },
    });
  }

  #head(status: number, headers: HeaderReader): void {
    this.#watched?.touch();
    if (status < 200 || status >= 300) {
      this.#whole(status, (document) => {
        const { where } = this.#call;
        this.#refuse(modelRefusal({ where, status, headers, body: document.text() }));
      });
      return;
    }
    const rate = rateLimit(headers, Date.now());
    const requestId = requestIdOf(headers);
    if (rate !== undefined || requestId !== undefined || this.#warnings.length > 0) {
      this.#sink.event({
        type: 'meta',
        ...(rate === undefined ? {} : { rate }),
        ...(requestId === undefined ? {} : { requestId }),
        ...(this.#warnings.length === 0 ? {} : { warnings: this.#warnings }),
      });
    }
    // A server that does not stream answers with one document.
    if (headers.get('content-type')?.includes('application/json') === true) {
      this.#whole(status, (document) => {
        this.#read(document.json(this.#call.where) as OpenAiChunk);
        this.#end();
      });
    } else {
      this.#stream();
    }
  }

  #stream(): void {
    const sse = createSseReader({ onEvent: (data) => this.#event(data) });
    this.#feed = sse.push;
    this.#finish = () => {
      sse.end();
      this.#end();
    };
  }

  #whole(status: number, whole: (document: DocumentReader) => void): void {
    const document = createDocument(status);
    this.#feed = document.push;
    this.#finish = () => whole(document);
  }

  #event(data: string): void {
    if (this.#over) return;
    const text = this.#template.match(data);
    if (text !== undefined) this.#reader.text(text);
    else if (data === '[DONE]') this.#end();
    else {
      const chunk = parseChunk(data, this.#call.where);
      this.#read(chunk);
      this.#template.learn(data, plainTextOf(chunk) ?? '');
    }
  }

  #read(chunk: OpenAiChunk): void {
    const known = this.#reader.model;
    this.#reader.read(chunk);
    const { model } = this.#reader;
    if (known !== undefined || model === undefined || this.#call.check === undefined) return;
    const warnings = this.#call.check(model);
    if (warnings.length > 0) this.#sink.event({ type: 'meta', warnings });
  }

  /** The answer is whole. The exchange is left to end by itself, still watched, so that its socket can be used again. */
  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#reader.end();
    this.#sink.end();
  }

  #refuse(error: ModelError): void {
    const better = this.#call.explain(error);
    if (better instanceof Promise) better.then(this.#fail, this.#fail);
    else this.#fail(better);
  }

  #guarded<T>(read: (input: T) => void, input: T): void {
    try {
      read(input);
    } catch (error) {
      this.#fail(error);
    }
  }

  readonly #fail = (error: unknown): void => {
    if (this.#over) return;
    this.#close();
    const { client, ctx, where } = this.#call;
    this.#sink.end(client.hide(toModelError(error, ctx.signal, where), ctx));
  };

  readonly #onIdle = (): void => {
    if (this.#over) {
      this.#exchange?.close();
      this.#release();
      return;
    }
    const { where, watch } = this.#call;
    const what = `${where}: nothing came for ${watch.idleMs} ms; allow more with idleTimeoutMs, or try again`;
    this.#fail(new ModelError('timeout', what));
  };

  #close(): void {
    this.#over = true;
    this.#exchange?.close();
    this.#release();
  }

  #release(): void {
    this.#watched?.leave();
    this.#watched = undefined;
    this.#exchange = undefined;
  }
}

function parseChunk(data: string, where: string): OpenAiChunk {
  try {
    return JSON.parse(data) as OpenAiChunk;
  } catch (cause) {
    const body = { message: 'the server sent a piece of its stream that is no JSON' };
    throw modelRefusal({ where, body, cause });
  }
}
