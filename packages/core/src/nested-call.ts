import { ModelError, type ModelErrorOptions } from './errors/model-error.ts';
import { OverseerError } from './errors/overseer-error.ts';
import type { Clock } from './internal/clock.ts';
import { abortError } from './internal/to-model-error.ts';
import { type NestedRequest, nestedRun } from './nested-run.ts';
import type { Run } from './run/run-handle.ts';
import type { RunResult } from './run/run-result.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { ModelErrorKind, ModelEvent, ModelWarning, Usage } from './spec/model.ts';

/** How often a run that says nothing is known to go on all the same, in ms. */
const HEARTBEAT_MS = 60_000;

/** One call of an overseer as a model. */
export interface NestedCall extends NestedRequest {
  readonly id: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Whether the request brings tools, of which the run has no use. */
  readonly hasTools: boolean;
}

/**
 * Makes a call a run of an overseer: tells what its models say as reasoning, and how far it is as progress, then its
 * output. Throws `ModelError` and nothing else.
 */
export async function* nestedCall(call: NestedCall): AsyncGenerator<ModelEvent> {
  const { signal, overseer, id } = call;
  if (signal.aborted) throw abortError(signal, id);
  const news = new News(signal);
  let run: Run | undefined;
  const stop = (): void => {
    void run?.cancel('the call that it is for was cancelled').catch(() => undefined);
  };
  signal.addEventListener('abort', stop, { once: true });
  let quiet: (() => void) | undefined;
  let isOver = false;
  try {
    run = await nestedRun(call);
    if (signal.aborted) stop();
    const warnings = call.hasTools ? [NO_TOOLS] : [];
    yield { type: 'meta', model: id, responseId: run.id, ...(call.hasTools && { warnings }) };
    const { id: ofRun } = run;
    quiet = overseer.onLive(({ run: of, event }) => {
      if (of !== ofRun || event.type !== 'delta' || event.kind !== 'text') return;
      news.push({ type: 'delta', index: 0, kind: 'reasoning', text: event.text });
    });
    void tell(run, news);
    yield* news.all(call.clock);
    if (signal.aborted) throw abortError(signal, id);
    const result = await run.result;
    isOver = true;
    yield* answerOf(result, id);
  } catch (error) {
    throw signal.aborted ? abortError(signal, id, error) : toError(error, id);
  } finally {
    signal.removeEventListener('abort', stop);
    quiet?.();
    // Whoever leaves in the middle wants it no more.
    if (!isOver) stop();
  }
}

const NO_TOOLS: ModelWarning = {
  kind: 'unsupported',
  what: 'tools',
  detail: 'an overseer uses the tools of its own team alone',
};

/** Tells how far a run is, until it is over. */
async function tell(run: Run, news: News): Promise<void> {
  let [all, over] = [0, 0];
  try {
    for await (const event of run) {
      all += added(event);
      if (ENDS.includes(event.type)) over += 1;
      news.push(progressOf(all, over));
    }
    await run.result;
  } catch {
    // The result says so itself.
  } finally {
    news.end();
  }
}

const ENDS: readonly string[] = ['task.done', 'task.failed', 'task.skipped'];

function added(event: OverseerEvent): number {
  if (event.type === 'plan.accepted') return event.data.tasks.length;
  if (event.type === 'plan.patched') return event.data.added.length;
  const isTask = event.type === 'question.asked' && 'role' in event.data.ask.of;
  return isTask || (event.type === 'task.diagnosed' && event.data.mend !== undefined) ? 1 : 0;
}

function progressOf(all: number, over: number): ModelEvent {
  if (all === 0) return { type: 'progress', phase: 'work' };
  return { type: 'progress', phase: 'work', fraction: Math.min(1, over / all) };
}

function* answerOf(result: RunResult, id: string): Generator<ModelEvent> {
  if (result.status !== 'completed') throw failureOf(result, id);
  const text = result.output ?? '';
  if (text !== '') yield { type: 'delta', index: 1, kind: 'text', text };
  yield { type: 'part', index: 1, part: { type: 'text', text } };
  yield { type: 'finish', reason: 'stop', usage: usageOf(result) };
}

/** What a run used in all, and what that cost where it is known. */
function usageOf({ usage, cost }: RunResult): Usage {
  const { inputTokens, outputTokens } = usage;
  return {
    input: { total: inputTokens },
    output: { total: outputTokens },
    ...(cost === undefined ? {} : { usd: cost }),
  };
}

/** A run that failed is the fault of what was asked for, or of too small a budget, and no outage. */
function failureOf(result: RunResult, id: string): ModelError {
  const { status, reason = 'nobody said why' } = result;
  const options = { usage: usageOf(result), retryable: false };
  if (status === 'failed')
    return nestedError('invalid', id, `run ${result.id} failed: ${reason}`, options);
  const what = `run ${result.id} was stopped: ${reason}`;
  // Closed in the middle: whoever opens it again goes on with it, and nothing is paid twice.
  if (reason.startsWith('the overseer was closed')) return nestedError('network', id, what, {});
  return nestedError(/\bbudget\b/.test(reason) ? 'quota' : 'invalid', id, what, options);
}

function toError(error: unknown, id: string): ModelError {
  if (OverseerError.is(error) && error.code.startsWith('model.')) return error as ModelError;
  const message = error instanceof Error ? error.message : String(error);
  const isClosed = OverseerError.is(error) && error.code === 'overseer.closed';
  const isConfig = OverseerError.is(error) && /^(config|plan)\./.test(error.code);
  const kind = isClosed ? 'network' : isConfig ? 'invalid' : 'server';
  return nestedError(kind, id, message, { cause: error });
}

function nestedError(
  kind: ModelErrorKind,
  id: string,
  what: string,
  options: ModelErrorOptions,
): ModelError {
  return new ModelError(kind, `overseer/${id}: ${what}`, options);
}

/** Bounded: what is shown may be lost. */
const MOST_NEWS = 1_000;

/** What is told of a run, as it comes, until it is over or nobody wants it any more. */
class News {
  readonly #signal: AbortSignal;
  #waiting: ModelEvent[] = [];
  #isOver = false;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  push(event: ModelEvent): void {
    if (this.#waiting.length >= MOST_NEWS) this.#waiting.shift();
    this.#waiting.push(event);
    this.#wake?.();
  }

  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  async *all(clock: Clock): AsyncGenerator<ModelEvent> {
    while (!this.#signal.aborted) {
      const events = this.#waiting;
      this.#waiting = [];
      yield* events;
      if (this.#waiting.length > 0) continue;
      if (this.#isOver) return;
      if (await this.#pause(clock)) yield { type: 'progress', phase: 'work' };
    }
  }

  /** Resolves with the next news, or after a while without any; whether it was that. */
  async #pause(clock: Clock): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const cancel = clock.after(HEARTBEAT_MS, () => resolve(true));
    this.#wake = () => resolve(false);
    if (this.#signal.aborted) resolve(false);
    const isLate = await promise;
    cancel();
    this.#wake = undefined;
    return isLate;
  }
}
