import { generate } from '../call/generate.ts';
import { costMicroUsd } from '../call/price.ts';
import type { ModelError } from '../errors/model-error.ts';
import { Cancellation } from '../internal/cancellation.ts';
import type { EventDraft } from '../journal/draft.ts';
import { askedUntil } from '../limit/asked-until.ts';
import type { CallEstimate } from '../spec/call-amounts.ts';
import type { EventData } from '../spec/event.ts';
import type { ModelErrorKind, ModelRequest, Price, Usage } from '../spec/model.ts';
import { type AttemptHost, type AttemptPlace, placeOf } from './attempt-host.ts';
import { distinctCalls } from './distinct-calls.ts';
import { whileAlive } from './signs-of-life.ts';

/** Breaks off a call whose answer came from somewhere else; whoever does has written down its end. */
export const ANSWERED: unique symbol = Symbol('answered');

/** One call as the dispatcher let it through. */
export interface LetThrough {
  readonly call: string;
  readonly request: ModelRequest;
  readonly estimate: CallEstimate;
}

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

const NOTHING: CallEstimate = { inputTokens: 0, outputTokens: 0, microUsd: 0 };

/** Makes the call, exactly once and once all who share a limit allow it, and records how it ended. Never sleeps and never tries again. */
export async function callModel(
  host: AttemptHost,
  at: AttemptPlace,
  { call, request, estimate }: LetThrough,
): Promise<void> {
  const model = at.attempt.model ?? '';
  const place = { ...placeOf(at), call, model, actor: `model:${model}` };
  const withheld =
    host.joint === undefined ? undefined : await host.joint.ask(call, at.live.cancel);
  if (withheld !== undefined) {
    const actor = 'overseer';
    void host.append([{ type: 'call.withheld', ...place, actor, data: withheld }]);
    return;
  }
  const line = new Cancellation();
  const stop = (reason: unknown): void => line.abort(reason);
  at.live.cancel.onAbort(stop);
  host.calls.set(call, line);
  try {
    const end = await ask(host, at, { call, request, estimate }, line);
    // Its end is written down by whoever broke it off.
    if (line.reason !== ANSWERED) void host.append([{ ...end, ...place }]);
  } finally {
    host.calls.delete(call);
    at.live.cancel.forget(stop);
  }
}

type CallEnd =
  | Pick<EventDraft<'call.finished'>, 'type' | 'data'>
  | Pick<EventDraft<'call.failed'>, 'type' | 'data'>;

/** Makes the call, and gives how it ended. */
async function ask(
  host: AttemptHost,
  at: AttemptPlace,
  { request, estimate }: LetThrough,
  cancel: Cancellation,
): Promise<CallEnd> {
  const model = at.attempt.model ?? '';
  const member = host.memberOf(model);
  const startedAt = host.clock.elapsed();
  const sinceStart = (): number => Math.round(host.clock.elapsed() - startedAt);
  let firstTokenMs: number | undefined;
  try {
    const { clock, deadlines, holdMs } = host;
    const bounds = { clock, deadlines, holdMs, cancel, what: model };
    const response = await whileAlive(bounds, (line) => {
      const { signal } = line;
      return generate(
        member.model,
        request,
        { signal, ...(host.fetch === undefined ? {} : { fetch: host.fetch }) },
        (event) => {
          line.alive();
          if (event.type === 'delta' || event.type === 'part') firstTokenMs ??= sinceStart();
          // What comes after it was left alone belongs to no call any more.
          if (!signal.aborted) host.show(at, event);
        },
      );
    });
    const data: EventData['call.finished'] = {
      parts: distinctCalls(response.parts),
      reason: response.reason,
      usage: response.usage,
      settled: settle(response.usage, estimate, member.price),
      durationMs: sinceStart(),
      ...(response.rate === undefined ? {} : { rate: response.rate }),
      ...(firstTokenMs === undefined ? {} : { firstTokenMs }),
      ...(response.warnings.length === 0
        ? {}
        : { warnings: response.warnings.map((warning) => `${warning.kind}: ${warning.what}`) }),
    };
    return { type: 'call.finished', data };
  } catch (error) {
    // `generate` throws nothing but ModelError.
    return { type: 'call.failed', data: failed(host, at, error as ModelError, estimate) };
  }
}

/** What a finished call used; what the provider did not say is taken from the estimate. */
function settle(usage: Usage, estimate: CallEstimate, price: Price | undefined): CallEstimate {
  const inputTokens = usage.input.total ?? estimate.inputTokens;
  const outputTokens = usage.output.total ?? estimate.outputTokens;
  const known: Usage = {
    input: { ...usage.input, total: inputTokens },
    output: { ...usage.output, total: outputTokens },
  };
  const cached = usage.input.cacheRead ?? 0;
  return {
    inputTokens,
    ...(cached > 0 ? { cachedInputTokens: cached } : {}),
    outputTokens,
    microUsd: price === undefined ? 0 : (costMicroUsd(known, price) ?? 0),
  };
}

function failed(
  host: AttemptHost,
  at: AttemptPlace,
  failure: ModelError,
  estimate: CallEstimate,
): EventData['call.failed'] {
  const free = CHARGES_NOTHING[failure.kind] && !failure.begun;
  const nowMs = host.clock.now();
  const askedUntilAt = askedUntil(failure, nowMs);
  // Whoever aborted a call did not refuse the task: where the attempt goes on at all, it may be made again. Waiting cures
  // a used-up quota where somebody said until when.
  const isCurable = failure.kind === 'quota' && askedUntilAt !== undefined;
  const retryable = failure.retryable || failure.kind === 'aborted' || isCurable;
  // Nobody here aborted it: then the adapter broke off by itself, and that counts against the model.
  const kind = failure.kind === 'aborted' && !at.live.cancel.aborted ? 'interrupted' : failure.kind;
  return {
    kind,
    message: failure.message,
    retryable,
    settled: free ? NOTHING : estimate,
    uncertain: !free,
    ...(retryable
      ? { retryAt: nowMs + host.retryDelay(at.attempt.failures + 1, askedMs(askedUntilAt, nowMs)) }
      : {}),
    ...(askedUntilAt === undefined ? {} : { askedUntilAt }),
    ...(failure.rate === undefined ? {} : { rate: failure.rate }),
  };
}

function askedMs(untilAt: number | undefined, nowMs: number): number | undefined {
  return untilAt === undefined ? undefined : untilAt - nowMs;
}
