import type { EventSink, ModelError, PushHandle } from '@overseer/core/plugin';
import type { CallContext } from '@overseer/core/spec';
import { answerHead } from '../internal/answer-head.ts';
import { BodyPull } from '../internal/body-pull.ts';
import { drainTimer } from '../internal/drain-timer.ts';
import { idleError } from '../internal/idle-error.ts';
import type { IdleWatch, WatchedCall } from '../internal/idle-watch.ts';
import type { AiSdkCall } from './ai-sdk-call.ts';
import { aiSdkError } from './ai-sdk-error.ts';
import type { AiSdkModel, AiSdkPart } from './ai-sdk-model.ts';
import { AiSdkPartReader } from './ai-sdk-part-reader.ts';

/** One call of an AI SDK model. */
export interface AiSdkCalling {
  readonly model: AiSdkModel;
  readonly where: string;
  readonly watch: IdleWatch;
  readonly ctx: CallContext;
  /** Writes the call; it gets a signal of its own, as a provider may keep its listener on it. */
  readonly prepare: (signal: AbortSignal) => AiSdkCall;
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
  #watched: WatchedCall | undefined;
  #draining: NodeJS.Timeout | undefined;
  #over = false;

  constructor(call: AiSdkCalling, sink: EventSink) {
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
    const { model, watch, prepare } = this.#call;
    this.#watched = watch.enter(this.#onIdle);
    try {
      const { options, warnings } = prepare(this.#controller.signal);
      // The three take what is the same for all, or was left out or changed for the older ones.
      const send = model.doStream.bind(model) as (call: typeof options) => PromiseLike<Answered>;
      const { stream, response } = await send(options);
      if (this.#over) await this.#pull.run(stream, () => undefined);
      else await this.#read(stream, new Headers(response?.headers), warnings);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#watched?.leave();
      clearTimeout(this.#draining);
    }
  }

  async #read(
    stream: ReadableStream<AiSdkPart>,
    headers: Headers,
    warnings: AiSdkCall['warnings'],
  ): Promise<void> {
    this.#watched?.touch();
    const head = answerHead(headers, warnings);
    if (head !== undefined) this.#sink.event(head);
    const { model, where } = this.#call;
    const reader = new AiSdkPartReader(model.provider, where, this.#sink);
    const ended = await this.#pull.run(stream, (part) => {
      if (this.#over) return;
      this.#watched?.touch();
      // Before the finish, on which whoever listens stops the call.
      if (part.type === 'finish') this.#over = true;
      try {
        if (reader.part(part)) this.#whole();
      } catch (error) {
        this.#over = false;
        throw error;
      }
    });
    if (ended && !this.#over) {
      this.#over = true;
      this.#sink.end();
    }
  }

  /** The answer is whole. What is left is read over for a while, so that the connection can be used again. */
  #whole(): void {
    this.#watched?.leave();
    this.#draining = drainTimer(this.#call.watch.idleMs, () => this.#close());
    this.#sink.end();
  }

  #fail(thrown: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#close();
    const { where, ctx, hide } = this.#call;
    this.#sink.end(hide(aiSdkError(thrown, where, ctx.signal)));
  }

  readonly #onIdle = (): void => {
    const { where, watch } = this.#call;
    this.#fail(idleError(where, watch.idleMs));
  };

  #close(): void {
    this.#controller.abort();
    this.#pull.stop();
  }
}
