import { createHash, randomUUID } from 'node:crypto';
import { abortError, OverseerError } from '@overseer/core/plugin';
import type { CallContext, JsonObject, Model, ModelEvent, ModelRequest } from '@overseer/core/spec';
import { unreadable } from './answer-body.ts';
import { BatchDesk } from './batch-desk.ts';
import {
  type BatchOptions,
  type BatchSilence,
  batchPrice,
  batchSettings,
} from './batch-options.ts';
import type { BatchCaller } from './batch-seat.ts';
import type { BatchWire } from './batch-wire.ts';

/** How often a call that waits says that it is alive, in ms. */
const HEARTBEAT_MS = 60_000;

/**
 * A model whose calls are collected and sent as batches. Beside that it is the model that `single` is. A call that is made
 * again under its key finds its batch and is neither sent nor paid twice. Throws `ConfigError` `config.batch`.
 */
export function batchedModel(
  single: Model & Disposable,
  wire: BatchWire,
  options: BatchOptions & BatchSilence,
): Model & Disposable {
  const settings = batchSettings(options, wire);
  const { info } = single;
  const where = `${info.provider}/${info.id}`;
  const desk = new BatchDesk(wire, settings, { where, keyNames: info.keyNames ?? [] });
  const stream = async function* (
    request: ModelRequest,
    ctx: CallContext,
  ): AsyncGenerator<ModelEvent> {
    if (ctx.signal.aborted) throw abortError(ctx.signal, where);
    const { body, warnings } = wire.body(request);
    if (warnings.length > 0) yield { type: 'meta', warnings };
    const id = idOf(ctx.key, body);
    const waiting = new Waiting(ctx);
    desk.join({ id, body }, waiting, ctx.key !== undefined && ctx.again !== false);
    const leave = (): void => {
      desk.leave(id, waiting, isElsewhere(ctx.signal.reason));
      waiting.fail(abortError(ctx.signal, where));
    };
    ctx.signal.addEventListener('abort', leave, { once: true });
    const beat = (): (() => void) =>
      settings.clock.after(HEARTBEAT_MS, () => {
        waiting.alive(undefined);
        stop = beat();
      });
    let stop = beat();
    try {
      yield* waiting.progress();
    } finally {
      stop();
      ctx.signal.removeEventListener('abort', leave);
      desk.leave(id, waiting, false);
    }
    yield* read(wire, where, waiting.document);
  };
  return {
    ...single,
    info: {
      ...info,
      // They are bounded by the batches that they wait in, and hold no place that others could use.
      atOnce: settings.most * settings.batches,
      resumes: true,
      outlives: true,
      ...(info.price === undefined ? {} : { price: batchPrice(info.price, settings.priceFactor) }),
    },
    stream,
  };
}

/** The same for the same call made again, and another where the request was changed. */
function idOf(key: string | undefined, body: JsonObject): string {
  const identity = JSON.stringify([key ?? randomUUID(), body]);
  return createHash('sha256').update(identity).digest('base64url').slice(0, 22);
}

/** Whether the host went away: then the call is made again later, here or by another, and its batch must go on. */
function isElsewhere(reason: unknown): boolean {
  return OverseerError.is(reason) && !reason.code.startsWith('model.');
}

/** Reads an answer that came in one piece. Throws `ModelError` for one that is none. */
function* read(wire: BatchWire, where: string, document: unknown): Generator<ModelEvent> {
  const events: ModelEvent[] = [];
  const from = { where, headers: { get: () => null } };
  const event = (one: ModelEvent): void => void events.push(one);
  try {
    const reader = wire.reader(from, { event, end: () => undefined });
    reader.whole(document);
    reader.end();
  } catch (error) {
    throw unreadable(error, from);
  }
  yield* events;
}

/** One call that waits for its answer. */
class Waiting implements BatchCaller {
  readonly ctx: CallContext;
  document: unknown;
  #fraction: number | undefined;
  #isNews = true;
  #end: { readonly error?: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(ctx: CallContext) {
    this.ctx = ctx;
  }

  alive(fraction: number | undefined): void {
    this.#fraction = fraction ?? this.#fraction;
    this.#isNews = true;
    this.#wake();
  }

  answer(document: unknown): void {
    this.document = document;
    this.#end ??= {};
    this.#wake();
  }

  fail(error: unknown): void {
    this.#end ??= { error };
    this.#wake();
  }

  /** How far it is, until it is over. */
  async *progress(): AsyncGenerator<ModelEvent> {
    for (;;) {
      if (this.#end !== undefined) {
        if ('error' in this.#end) throw this.#end.error;
        return;
      }
      if (this.#isNews) {
        this.#isNews = false;
        const fraction = this.#fraction;
        yield { type: 'progress', phase: 'queue', ...(fraction === undefined ? {} : { fraction }) };
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
