import {
  type EventSink,
  type HeaderReader,
  type ModelError,
  modelRefusal,
  type PushHandle,
  type PushStream,
  toModelError,
} from '@overseer/core/plugin';
import type { CallContext, ModelEvent, ModelWarning } from '@overseer/core/spec';
import { type AnswerBody, type AnswerReader, answerBody } from './answer-body.ts';
import { answerHead } from './answer-head.ts';
import type { AnswerSource } from './answer-source.ts';
import { CallLife } from './call-life.ts';
import type { HttpExchange } from './http-call.ts';
import { createDocument, type HttpClient } from './http-client.ts';
import type { IdleWatch } from './idle-watch.ts';
import { type CheckModel, OpenAiAnswerReader } from './openai-answer-reader.ts';
import { pushStream } from './push-stream.ts';

/** One streaming call over our own wire code: a chat completion, where it does not say otherwise. */
export interface ChatCall {
  readonly client: HttpClient;
  readonly watch: IdleWatch;
  readonly where: string;
  /** Whose thoughts those of the answer are, where they may be sent back. */
  readonly provider?: string;
  readonly ctx: CallContext;
  /** Gives the body, at once or after something that must come first; its events so far are sent before. */
  readonly prepare: (emit: (event: ModelEvent) => void) => ChatBody | Promise<ChatBody>;
  /** Makes a better error of a refusal. */
  readonly explain: (error: ModelError) => ModelError | Promise<ModelError>;
  readonly check?: CheckModel;
  /** Where it is sent; the default is the chat completions below the client's base path. */
  readonly path?: string;
  /** Who reads the answer; the default reads a chat completion. Called once the body is known. */
  readonly reader?: (from: AnswerSource, sink: EventSink) => AnswerReader;
  /** Called when the call is over, however it ended. */
  readonly onOver?: () => void;
  /** How the answer's bytes are cut into events; the default is by `answerBody`. */
  readonly cut?: typeof answerBody;
}

/** What is sent, and what of the request it leaves out. */
export interface ChatBody {
  readonly text: string;
  readonly warnings: readonly ModelWarning[];
}

/** Sends a request to a model and reads its stream; the request goes out when iteration starts. */
export function chatStream(call: ChatCall): PushStream {
  return pushStream(call.ctx.signal, (sink) => new ChatStream(call, sink));
}

class ChatStream implements PushHandle {
  readonly #call: ChatCall;
  readonly #sink: EventSink;
  readonly #life: CallLife;
  #exchange: HttpExchange | undefined;
  #warnings: readonly ModelWarning[] = [];
  #body: AnswerBody | undefined;
  #isRefused = false;

  constructor(call: ChatCall, sink: EventSink) {
    this.#call = call;
    this.#sink = sink;
    const { client, ctx, where, watch, onOver } = call;
    this.#life = new CallLife({
      sink,
      where,
      watch,
      onOver,
      breakOff: () => {
        this.#exchange?.close();
        this.#exchange = undefined;
      },
      explain: (thrown) => client.hide(toModelError(thrown, ctx.signal, where), ctx),
    });
    this.#start();
  }

  stop(): void {
    this.#life.stop();
  }

  pause(): void {
    this.#life.hold();
    this.#exchange?.pause();
  }

  resume(): void {
    this.#life.goOn();
    this.#exchange?.resume();
  }

  #start(): void {
    try {
      const body = this.#call.prepare((event) => this.#sink.event(event));
      if (body instanceof Promise) body.then((ready) => this.#send(ready)).catch(this.#life.fail);
      else this.#send(body);
    } catch (error) {
      this.#life.fail(error);
    }
  }

  #send(body: ChatBody): void {
    if (this.#life.isOver) return;
    const { client, ctx, path = `${client.path}/chat/completions` } = this.#call;
    this.#warnings = body.warnings;
    this.#life.watch();
    this.#exchange = client.transport(ctx).send({
      method: 'POST',
      path,
      body: body.text,
      ...(ctx.headers === undefined ? {} : { headers: ctx.headers }),
      onHead: (status, headers) => this.#head(status, headers),
      onData: (bytes) => this.#take(bytes),
      onEnd: () => {
        this.#take();
        this.#release();
      },
      onError: (error) => {
        this.#release();
        this.#life.fail(error);
      },
    });
  }

  #head(status: number, headers: HeaderReader): void {
    this.#life.touch();
    const { where, provider, check, reader: createReader, cut = answerBody } = this.#call;
    if (status < 200 || status >= 300) {
      this.#isRefused = true;
      const document = createDocument(status);
      const end = (): void =>
        this.#refuse(modelRefusal({ where, status, headers, body: document.text() }));
      const push = (bytes: Uint8Array): void => {
        document.push(bytes);
        if (!document.isFull) return;
        this.#exchange?.close();
        end();
      };
      this.#body = { push, end };
      return;
    }
    const head = answerHead(headers, this.#warnings);
    if (head !== undefined) this.#sink.event(head);
    const from = { where, headers, ...(provider === undefined ? {} : { provider }) };
    const reader =
      createReader?.(from, this.#sink) ?? new OpenAiAnswerReader(from, this.#sink, check);
    this.#body = cut(from, {
      event: (data, name) => {
        if (this.#life.isOver || !reader.event(data, name)) return;
        this.#life.whole(() => reader.end());
      },
      whole: (document) => reader.whole(document),
      end: () => this.#life.end(() => reader.end()),
    });
  }

  /** Reads what came, or that nothing more does. What comes after the answer is whole is no sign of life. */
  #take(bytes?: Uint8Array): void {
    if (this.#life.isOver) return;
    // A refusal is short: one that drips is no sign of life.
    if (!this.#isRefused) this.#life.touch();
    try {
      if (bytes === undefined) this.#body?.end();
      else this.#body?.push(bytes);
    } catch (error) {
      this.#life.fail(error);
    }
  }

  #refuse(error: ModelError): void {
    const better = this.#call.explain(error);
    if (better instanceof Promise) better.then(this.#life.fail, this.#life.fail);
    else this.#life.fail(better);
  }

  #release(): void {
    this.#life.release();
    this.#exchange = undefined;
  }
}
