import { ModelError } from '../errors/model-error.ts';
import type { Stop } from '../internal/cancellation.ts';
import { defined } from '../internal/defined.ts';
import { sentence } from '../internal/model-refusal.ts';
import { SignalStop } from '../internal/signal-stop.ts';
import { toModelError } from '../internal/to-model-error.ts';
import type { Writable } from '../internal/writable.ts';
import type { Part, ReasoningPart, TextPart } from '../spec/message.ts';
import type {
  CallContext,
  FinishReason,
  Model,
  ModelEvent,
  ModelRequest,
  ModelWarning,
  RateLimit,
  Usage,
} from '../spec/model.ts';

import { nameOf } from './guard.ts';
import { guardEach } from './guard-each.ts';

/** A whole answer of a model. */
export interface ModelResponse {
  readonly parts: readonly Part[];
  /** The text parts, joined. */
  readonly text: string;
  readonly reason: FinishReason;
  readonly usage: Usage;
  readonly warnings: readonly ModelWarning[];
  readonly rate?: RateLimit;
  /** The model that answered, as the provider names it. */
  readonly model?: string;
  readonly responseId?: string;
  readonly requestId?: string;
}

/**
 * Calls a model once, under `guard()`, and drains its stream. `onEvent` sees every event in order, as it comes; it must not
 * throw. Throws `ModelError` and nothing else, with what had arrived in `partial`: whole parts, then unfinished text and
 * reasoning marked `meta.overseer.partial`; a connection that fails once the answer has begun is `interrupted`.
 */
export function generate(
  model: Model,
  request: ModelRequest,
  ctx: CallContext,
  onEvent?: (event: ModelEvent) => void,
): Promise<ModelResponse> {
  // A context that is none is refused there.
  return generateUntil(new SignalStop(ctx?.signal), model, request, ctx, onEvent);
}

/** The same for whoever hears of the abort of the signal of `ctx` by something cheaper than its listeners. */
export async function generateUntil(
  stop: Stop,
  model: Model,
  request: ModelRequest,
  ctx: CallContext,
  onEvent?: (event: ModelEvent) => void,
): Promise<ModelResponse> {
  const answer = new Answer();
  try {
    await guardEach(model, request, ctx, stop, (event) => {
      onEvent?.(event);
      answer.take(event);
    });
    return answer.response();
  } catch (thrown) {
    const where = nameOf(model);
    // A context that is none was refused.
    const failure = toModelError(thrown, ctx?.signal, where);
    const error = answer.begun && failure.kind === 'network' ? cutShort(failure, where) : failure;
    error.partial = answer.partial();
    error.begun ||= answer.begun;
    throw error;
  }
}

/** The error for a connection that failed in the middle of an answer. */
function cutShort(failure: ModelError, where: string): ModelError {
  const what = 'the connection failed in the middle of the answer';
  const { status, providerCode, requestId, rate } = failure;
  return new ModelError('interrupted', sentence('interrupted', where, status, what), {
    cause: failure,
    ...defined({ status, providerCode, requestId, rate }),
  });
}

type Finish = Extract<ModelEvent, { readonly type: 'finish' }>;
type Delta = Extract<ModelEvent, { readonly type: 'delta' }>;
type Meta = Extract<ModelEvent, { readonly type: 'meta' }>;

/** A part that is still to come, as far as it was said. */
interface Unfinished {
  readonly index: number;
  readonly kind: 'text' | 'reasoning';
  text: string;
}

/** What has arrived of one answer. */
class Answer {
  readonly #parts: Part[] = [];
  readonly #open: Map<number, Unfinished> = new Map();
  /** The one that the latest piece went to; nearly always the next one's too. */
  #latest: Unfinished | undefined;
  readonly #warnings: ModelWarning[] = [];
  #head: Meta | undefined;
  #finish: Finish | undefined;
  #begun = false;

  /** Whether anything but `progress` has arrived. */
  get begun(): boolean {
    return this.#begun;
  }

  take(event: ModelEvent): void {
    if (event.type !== 'progress') this.#begun = true;
    switch (event.type) {
      case 'delta':
        this.#delta(event);
        return;
      case 'part':
        this.#open.delete(event.index);
        this.#latest = undefined;
        this.#parts.push(event.part);
        return;
      case 'meta': {
        if (event.warnings !== undefined) this.#warnings.push(...event.warnings);
        this.#head = this.#head === undefined ? event : { ...this.#head, ...event };
        return;
      }
      case 'finish':
        this.#finish = event;
        return;
      case 'progress':
        return;
    }
  }

  response(): ModelResponse {
    const finish = this.#finish;
    // Cannot be: guard() ends with a finish or throws. The check keeps the types honest.
    if (finish === undefined) throw new TypeError('the stream ended without a finish event');
    const response: Writable<ModelResponse> = {
      parts: this.#parts,
      text: textOf(this.#parts),
      reason: finish.reason,
      usage: finish.usage,
      warnings: this.#warnings,
    };
    const { rate, model, responseId, requestId } = this.#head ?? NO_HEAD;
    if (rate !== undefined) response.rate = rate;
    if (model !== undefined) response.model = model;
    if (responseId !== undefined) response.responseId = responseId;
    if (requestId !== undefined) response.requestId = requestId;
    return response;
  }

  partial(): readonly Part[] {
    const unfinished = [...this.#open.values()].map(({ kind, text }): TextPart | ReasoningPart => ({
      type: kind,
      text,
      meta: { overseer: { partial: true } },
    }));
    return [...this.#parts, ...unfinished];
  }

  #delta(event: Delta): void {
    const { index, kind, text } = event;
    if (kind === 'tool-input') return;
    const open = this.#latest?.index === index ? this.#latest : this.#open.get(index);
    if (open !== undefined) {
      open.text += text;
      this.#latest = open;
      return;
    }
    this.#latest = { index, kind, text };
    this.#open.set(index, this.#latest);
  }
}

const NO_HEAD: Meta = { type: 'meta' };

function textOf(parts: readonly Part[]): string {
  let text = '';
  for (const part of parts) if (part.type === 'text') text += part.text;
  return text;
}
