import {
  type EventSink,
  type HeaderReader,
  ModelError,
  type PushHandle,
  type PushStream,
  rateLimit,
  requestIdOf,
  toModelError,
} from '@overseer/core/plugin';
import type { CallContext, ModelWarning } from '@overseer/core/spec';
import type { IdleWatch, WatchedCall } from './idle-watch.ts';
import { pushStream } from './push-stream.ts';

/** One streaming call through an SDK. */
export interface SdkCall<Chunk> {
  readonly ctx: CallContext;
  readonly where: string;
  readonly watch: IdleWatch;
  /** What of the request is left out. */
  readonly warnings: readonly ModelWarning[];
  /** Sends it; the SDK may keep its listener on the signal, so that it gets one of this call's own. */
  readonly open: (signal: AbortSignal) => Promise<{
    readonly data: AsyncIterable<Chunk>;
    readonly response: { readonly headers: HeaderReader };
  }>;
  /** Makes the reader of this answer. */
  readonly reader: (sink: EventSink) => { read(chunk: Chunk): void; end(): void };
  /** Makes a better error of a refusal. */
  readonly explain: (error: ModelError) => Promise<ModelError>;
}

/** Runs a call through an SDK: the same events, errors and silences as over our own wire. */
export function sdkStream<Chunk>(call: SdkCall<Chunk>): PushStream {
  return pushStream(call.ctx.signal, (sink) => new SdkRun(call, sink));
}

class SdkRun<Chunk> implements PushHandle {
  readonly #call: SdkCall<Chunk>;
  readonly #sink: EventSink;
  readonly #controller: AbortController = new AbortController();
  #watched: WatchedCall | undefined;
  #paused: PromiseWithResolvers<void> | undefined;
  #over = false;

  constructor(call: SdkCall<Chunk>, sink: EventSink) {
    this.#call = call;
    this.#sink = sink;
    void this.#run();
  }

  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#close();
  }

  pause(): void {
    this.#paused ??= Promise.withResolvers();
  }

  resume(): void {
    this.#paused?.resolve();
    this.#paused = undefined;
  }

  async #run(): Promise<void> {
    try {
      const { data, response } = await this.#call.open(this.#controller.signal);
      if (!this.#over) await this.#read(data, response.headers);
    } catch (error) {
      await this.#fail(error);
    } finally {
      this.#watched?.leave();
    }
  }

  async #read(data: AsyncIterable<Chunk>, headers: HeaderReader): Promise<void> {
    const watched = this.#call.watch.enter(this.#onIdle);
    this.#watched = watched;
    this.#head(headers);
    const reader = this.#call.reader(this.#sink);
    for await (const chunk of data) {
      if (this.#over) return;
      watched.touch();
      reader.read(chunk);
      if (this.#paused !== undefined) await this.#paused.promise;
    }
    if (this.#over) return;
    this.#over = true;
    reader.end();
    this.#sink.end();
  }

  #head(headers: HeaderReader): void {
    const { warnings } = this.#call;
    const rate = rateLimit(headers, Date.now());
    const requestId = requestIdOf(headers);
    if (rate === undefined && requestId === undefined && warnings.length === 0) return;
    this.#sink.event({
      type: 'meta',
      ...(rate === undefined ? {} : { rate }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(warnings.length === 0 ? {} : { warnings }),
    });
  }

  async #fail(thrown: unknown): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#close();
    const { ctx, where, explain } = this.#call;
    this.#sink.end(await explain(toModelError(thrown, ctx.signal, where)));
  }

  readonly #onIdle = (): void => {
    const { where, watch } = this.#call;
    const what = `${where}: nothing came for ${watch.idleMs} ms; allow more with idleTimeoutMs, or try again`;
    void this.#fail(new ModelError('timeout', what));
  };

  #close(): void {
    this.#controller.abort();
    this.resume();
  }
}
