import type { EventSink, ModelError, PushHandle } from '@overseer/core/plugin';
import type { CallContext } from '@overseer/core/spec';
import { answerHead } from '../internal/answer-head.ts';
import { BodyPull } from '../internal/body-pull.ts';
import { CallLife } from '../internal/call-life.ts';
import type { IdleWatch } from '../internal/idle-watch.ts';
import type { AiSdkCall } from './ai-sdk-call.ts';
import { aiSdkError, isUnsupported } from './ai-sdk-error.ts';
import type { AiSdkModel, AiSdkPart } from './ai-sdk-model.ts';
import { AiSdkPartReader } from './ai-sdk-part-reader.ts';

/** One call of an AI SDK model. */
export interface AiSdkCalling {
  readonly model: AiSdkModel;
  readonly where: string;
  readonly watch: IdleWatch;
  readonly ctx: CallContext;
  /** Writes the call, or its plainer form; it gets a signal of its own, as a provider may keep its listener on it. */
  readonly prepare: (signal: AbortSignal, form: 'usual' | 'plain') => AiSdkCall;
  /** Keeps the host's secrets out of an error. */
  readonly hide: (error: ModelError) => ModelError;
}

/** What all specifications answer with. */
interface Answered {
  readonly stream: ReadableStream<AiSdkPart>;
  readonly response?: { readonly headers?: Record<string, string> };
}

/** Runs one call, and tells what comes of it; gives it up when it is stopped. */
export class AiSdkRun implements PushHandle {
  readonly #call: AiSdkCalling;
  readonly #sink: EventSink;
  readonly #controller: AbortController = new AbortController();
  readonly #pull: BodyPull<AiSdkPart> = new BodyPull();
  readonly #life: CallLife;

  constructor(call: AiSdkCalling, sink: EventSink) {
    this.#call = call;
    this.#sink = sink;
    const { where, watch, ctx, hide } = call;
    this.#life = new CallLife({
      ...{ sink, where, watch },
      breakOff: () => {
        this.#controller.abort();
        this.#pull.stop();
      },
      explain: (thrown) => hide(aiSdkError(thrown, where, ctx.signal)),
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
      const { stream, response, warnings } = await this.#send();
      if (this.#life.isOver) await this.#pull.run(stream, () => undefined);
      else await this.#read(stream, new Headers(response?.headers), warnings);
    } catch (error) {
      this.#life.fail(error);
    } finally {
      this.#life.release();
    }
  }

  /** A provider that cannot send a call says so before it sends anything, so that a plainer form is no second try. */
  async #send(): Promise<Answered & Pick<AiSdkCall, 'warnings'>> {
    const { model, prepare } = this.#call;
    const { signal } = this.#controller;
    // The three take what is the same for all, or was left out or changed for the older ones.
    const send = model.doStream.bind(model) as (
      call: AiSdkCall['options'],
    ) => PromiseLike<Answered>;
    const usual = prepare(signal, 'usual');
    try {
      return { ...(await send(usual.options)), warnings: usual.warnings };
    } catch (error) {
      if (!isUnsupported(error) || this.#life.isOver) throw error;
      const plain = prepare(signal, 'plain');
      if (plain.warnings.length === usual.warnings.length) throw error;
      return { ...(await send(plain.options)), warnings: plain.warnings };
    }
  }

  async #read(
    stream: ReadableStream<AiSdkPart>,
    headers: Headers,
    warnings: AiSdkCall['warnings'],
  ): Promise<void> {
    this.#life.touch();
    const head = answerHead(headers, warnings);
    if (head !== undefined) this.#sink.event(head);
    const { model, where } = this.#call;
    const reader = new AiSdkPartReader(model.provider, where, this.#sink);
    const ended = await this.#pull.run(stream, (part) => {
      if (this.#life.isOver) return;
      this.#life.touch();
      if (part.type === 'finish') this.#life.whole(() => void reader.part(part));
      else reader.part(part);
    });
    if (ended) this.#life.end(() => undefined);
  }
}
