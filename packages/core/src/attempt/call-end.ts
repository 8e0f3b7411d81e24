import type { ModelResponse } from '../call/generate.ts';
import { costMicroUsd, microUsdOf } from '../call/price.ts';
import type { ModelError } from '../errors/model-error.ts';
import type { Writable } from '../internal/writable.ts';
import { askedUntil } from '../limit/asked-until.ts';
import type { CallEstimate } from '../spec/call-amounts.ts';
import type { EventData } from '../spec/event.ts';
import type { ModelErrorKind, Price, Usage } from '../spec/model.ts';
import { distinctCalls } from './distinct-calls.ts';

/** A whole answer as it is written down, before it is known what it comes to. */
export type WholeAnswer = Omit<EventData['call.finished'], 'settled'>;

/** What is written down of a model's answer. */
export function answerOf(
  { parts, reason, usage, rate, warnings }: ModelResponse,
  durationMs: number,
  firstTokenMs: number | undefined,
): WholeAnswer {
  const answer: Writable<WholeAnswer> = { parts: distinctCalls(parts), reason, usage, durationMs };
  if (rate !== undefined) answer.rate = rate;
  if (firstTokenMs !== undefined) answer.firstTokenMs = firstTokenMs;
  const notes = warnings.map(({ kind, what }) => `${kind}: ${what}`);
  notes.push(...estimatedOf(usage));
  if (notes.length > 0) answer.warnings = notes;
  return answer;
}

/** What of its charge is an estimate, since nobody said how much it was. */
function estimatedOf({ input, output }: Usage): readonly string[] {
  if (input.total === undefined) {
    return [`estimated: ${output.total === undefined ? 'usage' : 'input tokens'}`];
  }
  return output.total === undefined ? ['estimated: output tokens'] : [];
}

/** The end of a call that was answered, with what it comes to. Pure. */
export function finishedCall(
  answer: WholeAnswer,
  estimate: CallEstimate,
  price: Price | undefined,
): EventData['call.finished'] {
  return { ...answer, settled: settle(answer.usage, estimate, price) };
}

/** A call that failed, and when that was seen. */
export interface FailedCall {
  readonly failure: Pick<
    ModelError,
    'kind' | 'message' | 'retryable' | 'retryAfterMs' | 'rate' | 'begun'
  > & { readonly usage?: Usage | undefined; readonly otherKey?: boolean | undefined };
  /** As what it counts. */
  readonly kind: ModelErrorKind;
  readonly estimate: CallEstimate;
  readonly price?: Price | undefined;
  /** It goes on elsewhere, and whoever makes it again is charged. */
  readonly isLeft?: boolean;
  /** Its model has other keys than the one that it went out with, which may do. */
  readonly hasOtherKey?: boolean;
  readonly nowMs: number;
}

/** The end of a call that failed; `delay` gives how long to wait before it is made again, where somebody asked for `askedMs`. */
export function failedCall(
  { failure, kind, estimate, price, isLeft = false, hasOtherKey = false, nowMs }: FailedCall,
  delay: (askedMs: number | undefined) => number,
): EventData['call.failed'] {
  const used = failure.usage === undefined ? undefined : settle(failure.usage, estimate, price);
  const isFree = isLeft || (CHARGES_NOTHING[failure.kind] && !failure.begun);
  const free = used === undefined && isFree;
  const askedUntilAt = askedUntil(failure, nowMs);
  // Whoever aborted a call did not refuse the task: where the attempt goes on at all, it may be made again. Waiting cures
  // a used-up quota where somebody said until when.
  const isCurable = failure.kind === 'quota' && askedUntilAt !== undefined;
  const isNext = hasOtherKey && failure.otherKey !== true && isOfKey(kind);
  const retryable = failure.retryable || failure.kind === 'aborted' || isCurable || isNext;
  const waitMs = (): number =>
    failure.otherKey === true || isNext ? 0 : delay(askedMs(askedUntilAt, nowMs));
  return {
    kind,
    message: failure.message,
    retryable,
    settled: free ? NOTHING : (used ?? estimate),
    uncertain: !free,
    ...(retryable ? { retryAt: nowMs + waitMs() } : {}),
    ...(askedUntilAt === undefined ? {} : { askedUntilAt }),
    ...(failure.rate === undefined ? {} : { rate: failure.rate }),
    ...(failure.otherKey === true ? { otherKey: true } : {}),
    ...(isNext ? { nextKey: true } : {}),
  };
}

/** Whether a failure is mostly about the key of its call, so that another one may do at once. */
function isOfKey(kind: ModelErrorKind): boolean {
  return kind === 'auth' || kind === 'permission' || kind === 'rate-limit' || kind === 'quota';
}

/** What a call comes to that was not made. */
export const NOTHING: CallEstimate = Object.freeze({
  inputTokens: 0,
  outputTokens: 0,
  microUsd: 0,
});

/** Kinds of failure for which a provider charges nothing, provided that its answer had not begun. */
const CHARGES_NOTHING: Readonly<Record<ModelErrorKind, boolean>> = {
  auth: true,
  permission: true,
  'not-found': true,
  invalid: true,
  'context-overflow': true,
  'content-filter': false,
  unsupported: true,
  'rate-limit': true,
  quota: true,
  overloaded: true,
  loading: true,
  server: true,
  timeout: false,
  network: true,
  interrupted: false,
  protocol: false,
  aborted: false,
};

/** What a finished call used; what the provider did not say is taken from the estimate. */
function settle(usage: Usage, estimate: CallEstimate, price: Price | undefined): CallEstimate {
  const inputTokens = usage.input.total ?? estimate.inputTokens;
  const outputTokens = usage.output.total ?? estimate.outputTokens;
  const cached = usage.input.cacheRead ?? 0;
  const microUsd =
    usage.usd === undefined
      ? priceOf(usage, inputTokens, outputTokens, price)
      : microUsdOf(usage.usd);
  return cached > 0
    ? { inputTokens, cachedInputTokens: cached, outputTokens, microUsd }
    : { inputTokens, outputTokens, microUsd };
}

function priceOf(
  usage: Usage,
  inputTokens: number,
  outputTokens: number,
  price: Price | undefined,
): number {
  if (price === undefined) return 0;
  const input = { ...usage.input, total: inputTokens };
  const output = { ...usage.output, total: outputTokens };
  return costMicroUsd({ input, output }, price) ?? 0;
}

function askedMs(untilAt: number | undefined, nowMs: number): number | undefined {
  return untilAt === undefined ? undefined : untilAt - nowMs;
}
