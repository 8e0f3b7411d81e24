import { abortError, type Clock, type EventSink, ModelError } from '@overseer/core/plugin';
import type { Json, ModelErrorKind, ModelEvent } from '@overseer/core/spec';
import { IdleWatch, type WatchedCall } from '../internal/idle-watch.ts';
import { afterCrash, leftAloneMs, UNBROKEN } from './crash-loop.ts';
import { EngineProcess } from './engine-process.ts';
import type { EngineReport, EngineWork } from './messages.ts';

/** Which engine, and how long it lives. */
export interface EngineSetup {
  /** Names the model in sentences: `gguf/qwen3-4b`. */
  readonly where: string;
  /** What Node needs to run the engine's entry. */
  readonly args: readonly string[];
  /** What it is ordered to open. */
  readonly options: Json;
  /** Ends it so long after its last call; never where it is left out. */
  readonly ttlMs?: number;
  /** Most calls that are under way or wait. */
  readonly atMost: number;
  /** Most ms without a word while calls are open. */
  readonly idleMs: number;
  readonly clock: Clock;
}

/** What is known of an engine without asking it. */
export interface EngineState {
  readonly state: 'cold' | 'busy' | 'ready';
  readonly contextWindow?: number;
  readonly pid?: number;
  /** Calls under way or waiting. */
  readonly calls: number;
}

/** What a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;

interface OpenCall {
  readonly id: number;
  readonly work: EngineWork;
  readonly watched: WatchedCall;
  report(report: Extract<EngineReport, { readonly type: 'event' | 'result' }>): void;
  event(event: ModelEvent): void;
  fail(error: ModelError): void;
}

/** Where the reports of one call go. */
type CallTarget = Pick<OpenCall, 'event' | 'report' | 'fail'>;

/**
 * An engine that is started when it is first needed, again after a crash, and ended when it has long had nothing to do. A call
 * that meets a crash fails with `server`; after three crashes in a row calls are refused for a while.
 */
export class LocalEngine {
  readonly #setup: EngineSetup;
  readonly #watch: IdleWatch;
  readonly #calls: Map<number, OpenCall> = new Map();
  #process: EngineProcess | undefined;
  #contextWindow: number | undefined;
  #loop = UNBROKEN;
  #lastCrash = '';
  #nextId = 0;
  #idling: NodeJS.Timeout | undefined;

  constructor(setup: EngineSetup) {
    this.#setup = setup;
    this.#watch = new IdleWatch(setup.idleMs);
  }

  get state(): EngineState {
    const contextWindow = this.#contextWindow;
    const pid = this.#process?.pid;
    const running = contextWindow === undefined ? 'busy' : 'ready';
    return {
      state: this.#process === undefined ? 'cold' : running,
      calls: this.#calls.size,
      ...(contextWindow === undefined ? {} : { contextWindow }),
      ...(pid === undefined ? {} : { pid }),
    };
  }

  /** Asks for an answer. Returns what gives the call up. */
  stream(request: Json, sink: EventSink): () => void {
    const call = this.#begin('stream', request, {
      report: (report) => {
        if (report.type !== 'event') return;
        if (report.event.type === 'finish') this.#end(report.id);
        sink.event(report.event);
        if (report.event.type === 'finish') sink.end();
      },
      event: (event) => sink.event(event),
      fail: (error) => sink.end(error),
    });
    return () => this.#giveUp(call);
  }

  /** Asks for a value. Rejects with `ModelError`. */
  ask(work: EngineWork, request: Json, signal: AbortSignal): Promise<Json> {
    const { where } = this.#setup;
    if (signal.aborted) return Promise.reject(abortError(signal, where));
    const { promise, resolve, reject } = Promise.withResolvers<Json>();
    const call = this.#begin(work, request, {
      report: (report) => {
        this.#end(report.id);
        if (report.type === 'result') resolve(report.value);
      },
      event: () => undefined,
      fail: reject,
    });
    const onAbort = (): void => {
      this.#giveUp(call);
      reject(abortError(signal, where));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    return promise.finally(() => signal.removeEventListener('abort', onAbort));
  }

  /** Ends it, so that its memory is free; the next call starts it again. Calls under way fail. */
  async unload(): Promise<void> {
    const engine = this.#process;
    this.#forget();
    const ended = engine?.end();
    this.#failAll('server', 'it was unloaded in the middle of the call; try again');
    await ended;
  }

  #begin(work: EngineWork, request: Json, target: CallTarget): OpenCall | undefined {
    const refused = this.#refusal();
    if (refused !== undefined) {
      target.fail(refused);
      return undefined;
    }
    const id = this.#nextId++;
    const call: OpenCall = { ...target, id, work, watched: this.#watch.enter(this.#onIdle) };
    this.#calls.set(id, call);
    clearTimeout(this.#idling);
    const engine = this.#process ?? this.#start();
    if (this.#contextWindow === undefined) call.event({ type: 'progress', phase: 'load' });
    engine.hold(true);
    engine.send({ type: 'call', id, work, request });
    return call;
  }

  #refusal(): ModelError | undefined {
    const { where, atMost, clock } = this.#setup;
    if (this.#calls.size >= atMost) {
      const what = `${where}: ${atMost} calls wait for it already; try again later, or use another model`;
      return new ModelError('overloaded', what);
    }
    const waitMs = leftAloneMs(this.#loop, clock.elapsed());
    if (waitMs === 0) return undefined;
    const { crashes } = this.#loop;
    const what = `${where}: its engine crashed ${crashes} times in a row and is left alone for ${Math.ceil(waitMs / 1000)} s more; it ${this.#lastCrash}`;
    return new ModelError('server', what, { retryAfterMs: waitMs });
  }

  #start(): EngineProcess {
    const engine = new EngineProcess(this.#setup.args, this.#setup.options, {
      report: (report) => this.#report(report),
      gone: (how) => this.#crashed(how),
    });
    this.#process = engine;
    return engine;
  }

  #report(report: EngineReport): void {
    for (const call of this.#calls.values()) call.watched.touch();
    switch (report.type) {
      case 'load':
        for (const call of this.#calls.values()) {
          call.event({ type: 'progress', phase: 'load', fraction: report.fraction });
        }
        return;
      case 'ready':
        this.#contextWindow = report.contextWindow;
        return;
      case 'broken':
        this.#drop();
        this.#failAll(report.kind, report.message);
        return;
      case 'failed': {
        const call = this.#end(report.id);
        call?.fail(this.#error(report.kind, report.message));
        return;
      }
      case 'event':
      case 'result':
        this.#calls.get(report.id)?.report(report);
    }
  }

  #crashed(how: string): void {
    this.#loop = afterCrash(this.#loop, this.#setup.clock.elapsed());
    this.#lastCrash = how;
    this.#forget();
    this.#failAll('server', `its engine ${how}, in the middle of the call; try again`);
  }

  readonly #onIdle = (): void => {
    this.#drop();
    const what = `its engine said nothing for ${this.#setup.idleMs} ms and was ended; try again`;
    this.#failAll('timeout', what);
  };

  #giveUp(call: OpenCall | undefined): void {
    if (call === undefined || !this.#calls.has(call.id)) return;
    this.#process?.send({ type: 'abort', id: call.id });
    this.#remove(call);
  }

  /** A call that came to its end shows that the engine works. */
  #end(id: number): OpenCall | undefined {
    const call = this.#calls.get(id);
    if (call === undefined) return undefined;
    if (call.work !== 'memory') this.#loop = UNBROKEN;
    this.#remove(call);
    return call;
  }

  #remove(call: OpenCall): void {
    call.watched.leave();
    this.#calls.delete(call.id);
    if (this.#calls.size > 0) return;
    this.#process?.hold(false);
    const { ttlMs } = this.#setup;
    if (ttlMs === undefined || this.#process === undefined) return;
    clearTimeout(this.#idling);
    // Its own timer and not the clock's, because it may keep no process alive.
    this.#idling = setTimeout(() => void this.unload(), Math.min(ttlMs, LONGEST_MS)).unref();
  }

  #drop(): void {
    const engine = this.#process;
    this.#forget();
    void engine?.end();
  }

  #forget(): void {
    this.#process?.hold(false);
    this.#process = undefined;
    this.#contextWindow = undefined;
    clearTimeout(this.#idling);
  }

  #failAll(kind: ModelErrorKind, what: string): void {
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) {
      call.watched.leave();
      call.fail(this.#error(kind, what));
    }
  }

  #error(kind: ModelErrorKind, what: string): ModelError {
    return new ModelError(kind, `${this.#setup.where}: ${what}`);
  }
}
