import { ModelError, OverseerError } from '@overseer/core/plugin';
import type { Json, ModelEvent } from '@overseer/core/spec';
import { numberField } from '../internal/fields.ts';
import { onParentGone } from '../process/parent-watch.ts';
import { type EngineOrder, type EngineReport, engineKind, engineOrder } from './messages.ts';

/** A loaded model, as it works in a process of its own. Does one thing at a time. Throws `ModelError` for what it can explain. */
export interface Engine {
  /** Tokens of input and output together. */
  readonly contextWindow: number;
  /** Answers, and resolves once everything is told. Stops soon after its signal aborts. */
  stream(request: Json, signal: AbortSignal, emit: (event: ModelEvent) => void): Promise<void>;
  /** The exact number of a request's tokens. */
  count(request: Json): Promise<number>;
  /** One vector a text, where the model gives any. */
  embed?(request: Json): Promise<readonly (readonly number[])[]>;
}

/** Loads a model. Throws `ModelError` for what it can explain. */
export type OpenEngine = (options: Json, onLoad: (fraction: number) => void) => Promise<Engine>;

/**
 * Makes an engine of this process: it takes orders from its parent over IPC, does them one after the other, and ends with its
 * parent, however that dies.
 */
export function serveEngine(open: OpenEngine): void {
  onParentGone(endNow);
  // The Ctrl-C of a terminal is the host's to answer.
  process.on('SIGINT', () => undefined);
  const work = new Work(open);
  process.on('message', (message) => {
    const order = readOrder(message);
    if (order !== undefined) work.take(order);
  });
}

/** Tells the call where its order cannot be read: what is nested thousands of times is too deep. Throws for anything else. */
function readOrder(message: unknown): EngineOrder | undefined {
  try {
    return engineOrder.parse(message);
  } catch (error) {
    const id = numberField(message, 'id');
    if (id === undefined) throw error;
    const why = error instanceof RangeError ? 'it is nested too deeply' : failure(error).message;
    tell({ type: 'failed', id, kind: 'invalid', message: `the request cannot be read: ${why}` });
    return undefined;
  }
}

/** An engine has nothing to save, and native threads may not hold it up. */
function endNow(): void {
  process.kill(process.pid, 'SIGKILL');
}

type CallOrder = Extract<EngineOrder, { readonly type: 'call' }>;

class Work {
  readonly #open: OpenEngine;
  readonly #controllers: Map<number, AbortController> = new Map();
  #engine: Promise<Engine> | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(open: OpenEngine) {
    this.#open = open;
  }

  take(order: EngineOrder): void {
    switch (order.type) {
      case 'open':
        this.#engine = this.#load(order.options);
        return;
      case 'abort':
        this.#controllers.get(order.id)?.abort();
        return;
      case 'call':
        this.#queue(order);
        return;
    }
  }

  async #load(options: Json): Promise<Engine> {
    try {
      const engine = await this.#open(options, (fraction) => tell({ type: 'load', fraction }));
      tell({ type: 'ready', contextWindow: engine.contextWindow });
      return engine;
    } catch (error) {
      const { kind, message } = failure(error);
      process.send?.({ type: 'broken', kind, message } satisfies EngineReport, endNow);
      return new Promise<never>(() => undefined);
    }
  }

  #queue(order: CallOrder): void {
    if (order.work === 'memory') {
      tell({ type: 'result', id: order.id, value: process.memoryUsage.rss() });
      return;
    }
    const controller = new AbortController();
    if (this.#controllers.size > 0) {
      tell({ type: 'event', id: order.id, event: { type: 'progress', phase: 'queue' } });
    }
    this.#controllers.set(order.id, controller);
    this.#last = this.#last.then(() => this.#do(order, controller.signal));
  }

  async #do(order: CallOrder, signal: AbortSignal): Promise<void> {
    try {
      if (!signal.aborted) await this.#answer(order, signal);
    } catch (error) {
      if (!signal.aborted) tell({ type: 'failed', id: order.id, ...failure(error) });
    } finally {
      this.#controllers.delete(order.id);
    }
  }

  async #answer({ id, work, request }: CallOrder, signal: AbortSignal): Promise<void> {
    const engine = await this.#engine;
    if (engine === undefined) throw new ModelError('server', 'it was asked before it was opened');
    if (signal.aborted) return;
    if (work === 'stream') {
      await engine.stream(request, signal, (event) => {
        if (!signal.aborted) tell({ type: 'event', id, event });
      });
      return;
    }
    if (work === 'count') {
      tell({ type: 'result', id, value: await engine.count(request) });
      return;
    }
    if (work === 'load') {
      tell({ type: 'result', id, value: engine.contextWindow });
      return;
    }
    if (engine.embed === undefined) throw new ModelError('unsupported', 'it makes no vectors');
    tell({ type: 'result', id, value: await engine.embed(request) });
  }
}

function tell(report: EngineReport): void {
  process.send?.(report);
}

function failure(
  error: unknown,
): Pick<Extract<EngineReport, { type: 'failed' }>, 'kind' | 'message'> {
  const kind = OverseerError.is(error) && 'kind' in error ? error.kind : 'server';
  return {
    kind: engineKind(kind),
    message: error instanceof Error ? error.message : String(error),
  };
}
