import {
  type EventSink,
  type HeaderReader,
  type ModelError,
  type PushHandle,
  type PushStream,
  toModelError,
} from '@overseer/core/plugin';
import type { CallContext, ModelWarning } from '@overseer/core/spec';
import { type AnswerReader, answerBody } from './answer-body.ts';
import { answerHead } from './answer-head.ts';
import type { AnswerSource } from './answer-source.ts';
import { BodyPull } from './body-pull.ts';
import { drainTimer } from './drain-timer.ts';
import { idleError } from './idle-error.ts';
import type { IdleWatch, WatchedCall } from './idle-watch.ts';
import { pushStream } from './push-stream.ts';

/** What of a response is read. */
export interface OpenedAnswer {
  readonly body: Response['body'];
  readonly headers: HeaderReader;
}

/** One streaming call through an SDK. */
export interface SdkCall {
  readonly ctx: CallContext;
  readonly where: string;
  readonly watch: IdleWatch;
  /** What of the request is left out. */
  readonly warnings: readonly ModelWarning[];
  /** Sends it; the SDK may keep its listener on the signal, so that it gets one of this call's own. */
  readonly open: (signal: AbortSignal) => Promise<OpenedAnswer>;
  /** Makes the reader of this answer. */
  readonly reader: (from: AnswerSource, sink: EventSink) => AnswerReader;
  /** Makes a better error of a refusal. */
  readonly explain: (error: ModelError) => Promise<ModelError>;
}

/**
 * Runs a call through an SDK: the same events, errors and silences as over our own wire. The SDK sends the request and
 * reads a refusal; the stream of the answer is read here, as an SDK's own iteration makes several promises of each token.
 */
export function sdkStream(call: SdkCall): PushStream {
  return pushStream(call.ctx.signal, (sink) => new SdkRun(call, sink));
}

class SdkRun implements PushHandle {
  readonly #call: SdkCall;
  readonly #sink: EventSink;
  readonly #controller: AbortController = new AbortController();
  readonly #pull: BodyPull = new BodyPull();
  #watched: WatchedCall | undefined;
  #draining: NodeJS.Timeout | undefined;
  #over = false;

  constructor(call: SdkCall, sink: EventSink) {
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
    this.#pull.pause();
  }

  resume(): void {
    this.#pull.resume();
  }

  async #run(): Promise<void> {
    this.#watched = this.#call.watch.enter(this.#onIdle);
    try {
      const response = await this.#call.open(this.#controller.signal);
      if (this.#over) await this.#pull.run(response.body, () => undefined);
      else await this.#read(response);
    } catch (error) {
      await this.#fail(error);
    } finally {
      this.#watched?.leave();
      clearTimeout(this.#draining);
    }
  }

  async #read({ headers, body }: OpenedAnswer): Promise<void> {
    this.#watched?.touch();
    const head = answerHead(headers, this.#call.warnings);
    if (head !== undefined) this.#sink.event(head);
    const from = { where: this.#call.where, headers };
    const reader = this.#call.reader(from, this.#sink);
    const answer = answerBody(from, {
      event: (data, name) => {
        if (!this.#over && reader.event(data, name)) this.#whole(reader);
      },
      whole: (document) => reader.whole(document),
      end: () => this.#end(reader),
    });
    const ended = await this.#pull.run(body, (bytes) => {
      if (this.#over) return;
      this.#watched?.touch();
      answer.push(bytes);
    });
    if (ended && !this.#over) answer.end();
  }

  /** The answer is whole. What is left is read over for a while, so that the connection can be used again. */
  #whole(reader: AnswerReader): void {
    this.#watched?.leave();
    this.#draining = drainTimer(this.#call.watch.idleMs, () => this.#close());
    this.#end(reader);
  }

  #end(reader: AnswerReader): void {
    if (this.#over) return;
    // Before the finish, on which whoever listens stops the call.
    this.#over = true;
    try {
      reader.end();
    } catch (error) {
      this.#over = false;
      throw error;
    }
    this.#sink.end();
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
    void this.#fail(idleError(where, watch.idleMs));
  };

  #close(): void {
    this.#controller.abort();
    this.#pull.stop();
  }
}
