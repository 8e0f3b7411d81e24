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
import { CallLife } from './call-life.ts';
import type { IdleWatch } from './idle-watch.ts';
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
  readonly #life: CallLife;

  constructor(call: SdkCall, sink: EventSink) {
    this.#call = call;
    this.#sink = sink;
    const { ctx, where, watch, explain } = call;
    this.#life = new CallLife({
      ...{ sink, where, watch },
      breakOff: () => {
        this.#controller.abort();
        this.#pull.stop();
      },
      explain: (thrown) => explain(toModelError(thrown, ctx.signal, where)),
    });
    void this.#run();
  }

  stop(): void {
    this.#life.stop();
  }

  pause(): void {
    this.#life.hold();
    this.#pull.pause();
  }

  resume(): void {
    this.#life.goOn();
    this.#pull.resume();
  }

  async #run(): Promise<void> {
    this.#life.watch();
    try {
      const response = await this.#call.open(this.#controller.signal);
      if (this.#life.isOver) await this.#pull.run(response.body, () => undefined);
      else await this.#read(response);
    } catch (error) {
      this.#life.fail(error);
    } finally {
      this.#life.release();
    }
  }

  async #read({ headers, body }: OpenedAnswer): Promise<void> {
    this.#life.touch();
    const head = answerHead(headers, this.#call.warnings);
    if (head !== undefined) this.#sink.event(head);
    const from = { where: this.#call.where, headers };
    const reader = this.#call.reader(from, this.#sink);
    const answer = answerBody(from, {
      event: (data, name) => {
        if (this.#life.isOver || !reader.event(data, name)) return;
        this.#life.whole(() => reader.end());
      },
      whole: (document) => reader.whole(document),
      end: () => this.#life.end(() => reader.end()),
    });
    const ended = await this.#pull.run(body, (bytes) => {
      if (this.#life.isOver) return;
      this.#life.touch();
      answer.push(bytes);
    });
    if (ended && !this.#life.isOver) answer.end();
  }
}
