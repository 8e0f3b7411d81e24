import type { JsonObject } from '@overseer/core/spec';
import { type Answer, type AnswerOrigin, answerOf } from './answer.ts';
import type { Asked } from './asked.ts';
import type { Catalogue, ModelEntry } from './catalogue.ts';
import type { Dialect } from './dialect.ts';
import { bringIntoMemory, evict, keepFor, waitForMemory } from './memory.ts';
import type { ResponseMemory } from './memory-of-responses.ts';
import type { MockModel } from './mock-model.ts';
import type { MockFault, MockReply } from './mock-reply.ts';
import type { MockMessage, MockRequest } from './mock-request.ts';
import type { RuledReply } from './rules.ts';
import { statusFailure } from './status-failure.ts';
import type { WindowAdmission } from './window-limiter.ts';
import type { Failure } from './wire.ts';

/** What a service does with one request to a model. */
export type Decision = {
  readonly window?: WindowAdmission | undefined;
  readonly rule?: string | undefined;
} & (
  | { readonly kind: 'refuse'; readonly failure: Failure }
  | { readonly kind: 'destroy' }
  | {
      readonly kind: 'reply';
      readonly answer: Answer;
      readonly stream: boolean;
      readonly pace: Pace;
      readonly fault: Exclude<MockFault, { kind: 'status' }> | undefined;
      /** Whether its model was put out of memory since. */
      readonly isEvicted: () => boolean;
      /** Puts its model out of memory. */
      readonly evict: () => void;
    }
);

/** How fast a reply comes. */
export interface Pace {
  readonly firstTokenMs: number;
  readonly tokenMs: number;
  readonly jitter: number;
}

/** What a decision needs of the service. */
export interface Household {
  readonly catalogue: Catalogue;
  readonly rules: (request: MockRequest) => RuledReply;
  readonly responses: ResponseMemory;
}

/** Decides about one request in the order a provider checks it: its form, the model, the limit, the length, the reply. */
export function decide(
  { catalogue, rules, responses }: Household,
  dialect: Dialect,
  origin: AnswerOrigin,
): Decision {
  const { body, createdAt, key } = origin;
  const recalled = dialect.recall?.(body, responses) ?? body;
  if (isFailure(recalled)) return { kind: 'refuse', failure: recalled };
  const asked = dialect.read(recalled);
  if ('malformed' in asked) {
    const { malformed: message, param } = asked;
    const failure = { status: 400, message, ...(param === undefined ? {} : { param }) };
    return { kind: 'refuse', failure };
  }
  const { model } = asked;
  const entry = catalogue.find(model);
  if (entry === undefined) return { kind: 'refuse', failure: dialect.wire.noModel(model) };
  entry.requests++;
  const { down } = entry.model;
  if (down === true) return { kind: 'destroy' };
  if (down) return { kind: 'refuse', failure: statusFailure(down) };
  const window = entry.limiter?.admit(createdAt, key, asked.inputTokens);
  if (window?.admitted === false)
    return { kind: 'refuse', window, failure: limitFailure(window, model) };
  const fitted = dialect.fit?.(asked, body, entry.model) ?? strictly(dialect, asked, entry.model);
  if ('status' in fitted) return { kind: 'refuse', window, failure: fitted };
  const loadMs = bringIntoMemory(catalogue, entry, createdAt, dialect.name);
  keepFor(entry, body, createdAt);
  const { reply, rule } = rules(requestOf(dialect, fitted, origin, entry));
  const seen = { window, rule };
  const { fault } = reply;
  if (fault?.kind === 'status') return { ...seen, kind: 'refuse', failure: statusFailure(fault) };
  const answer = answerOf(reply, fitted, { ...origin, loadMs });
  dialect.keep?.(answer, recalled, responses);
  const pace = paceOf(entry.model, reply);
  const { evictions } = entry;
  return {
    ...seen,
    kind: 'reply',
    answer,
    stream: asked.stream,
    pace: { ...pace, firstTokenMs: pace.firstTokenMs + waitForMemory(entry, createdAt) },
    fault,
    isEvicted: () => entry.evictions > evictions,
    evict: () => evict(entry),
  };
}

function isFailure(value: JsonObject | Failure): value is Failure {
  return typeof value['status'] === 'number';
}

/** A request that is longer than the window is refused. */
function strictly(dialect: Dialect, asked: Asked, model: MockModel): Asked | Failure {
  const longest = model.contextWindow ?? 200_000;
  return asked.inputTokens > longest ? dialect.wire.tooLong(asked.inputTokens, longest) : asked;
}

function limitFailure(window: WindowAdmission, model: string): Failure {
  const { limit, remaining, retryAfterMs, tokens } = window;
  const exceeded = tokens !== undefined && remaining > 0 ? 'tokens' : 'requests';
  const what = `${exceeded === 'tokens' ? tokens?.limit : limit} ${exceeded}`;
  const message = `Rate limit reached for ${model}: ${what}. Try again in ${retryAfterMs}ms.`;
  return { status: 429, message, retryAfterMs, exceeded };
}

function requestOf(
  dialect: Dialect,
  asked: Asked,
  { body, key }: AnswerOrigin,
  { requests }: ModelEntry,
): MockRequest {
  const { model, system, messages, tools, toolChoice } = asked;
  const lastText = textOf(messages.at(-1));
  const said = { model, system, messages, tools, toolChoice: toolChoice.mode, lastText };
  const rest = { nth: requests, body, ...(key === undefined ? {} : { key }) };
  return { dialect: dialect.name, ...said, ...rest };
}

function textOf(message: MockMessage | undefined): string {
  if (message === undefined) return '';
  return message.text || message.toolResults.map(({ text }) => text).join('\n');
}

function paceOf(model: MockModel, reply: MockReply): Pace {
  const tokensPerSecond = reply.tokensPerSecond ?? model.tokensPerSecond;
  return {
    firstTokenMs: reply.firstTokenMs ?? model.firstTokenMs ?? 0,
    tokenMs: tokensPerSecond === undefined ? 0 : 1000 / tokensPerSecond,
    jitter: model.jitter ?? 0,
  };
}
