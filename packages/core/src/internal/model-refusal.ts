import { ModelError } from '../errors/model-error.ts';
import type { ModelErrorKind } from '../spec/model.ts';
import { classify } from './classify.ts';
import { defined } from './defined.ts';
import { type ErrorBody, readErrorBody } from './error-body.ts';
import type { HeaderReader } from './header-reader.ts';
import { oneLineOf } from './one-line.ts';
import { rateLimit } from './rate-headers.ts';
import { retryAfterMs } from './retry-after.ts';

/** A provider's answer that is an error. */
export interface Refusal {
  /** Who answered: `openai/gpt-x`. */
  readonly where?: string;
  readonly status?: number;
  /** The answer's body, as text or parsed. */
  readonly body: unknown;
  readonly headers?: HeaderReader;
  readonly cause?: unknown;
  readonly now?: number;
  /** The kind of one that says nothing of it; the default is `protocol`. */
  readonly otherwise?: ModelErrorKind;
}

/** What to do, by kind of failure. */
const ADVICE: Readonly<Record<ModelErrorKind, string>> = {
  auth: 'check the API key',
  permission: 'this key may not use that model or feature; ask its owner',
  'not-found': "check the model's name and the base URL",
  invalid: 'the provider does not take this request; check its settings and messages',
  'context-overflow': 'shorten the request, or use a model with a larger context window',
  'content-filter': "the provider's content rules refused it; reword the request",
  unsupported: 'the provider cannot do that; leave the setting out or use another model',
  'rate-limit': 'wait until the limit resets, or use another model',
  quota: "waiting does not help: raise the account's quota or credit, or use another model",
  overloaded: 'the provider has too much to do; try again later, or use another model',
  loading: 'the model is not in memory yet; try again when it has loaded',
  server: "the provider's server failed; try again",
  timeout: 'no answer in time; try again, or allow more time',
  network: 'the connection failed; check that the server runs and can be reached',
  interrupted: 'the answer stopped before its end; try again',
  protocol: 'the answer is not what this kind of server sends; check the base URL',
  aborted: 'the caller gave up',
};

/** Keys as providers write them; several repeat the one that was sent when they refuse it. */
const SECRET = /\b(?:sk|pk|gsk|xai|pplx|hf|r8)[-_][\w*.-]{8,}|\bBearer\s+\S+|\bAIza[\w-]{20,}/g;

/** The error that a provider's refusal stands for: kind, code, waiting time, rate limits, and a sentence of at most about 1,000 characters. */
export function modelRefusal(refusal: Refusal): ModelError {
  const body = readErrorBody(refusal.body);
  const now = refusal.now ?? Date.now();
  const status = refusal.status ?? body.status;
  const wait =
    (refusal.headers === undefined ? undefined : retryAfterMs(refusal.headers, now)) ??
    body.retryAfterMs;
  const read = kindOf(status, body, wait);
  const kind = read === 'protocol' ? (refusal.otherwise ?? read) : read;
  return new ModelError(kind, sentence(kind, refusal.where, status, body.message), {
    cause: refusal.cause,
    ...defined({
      status,
      providerCode: body.code,
      retryAfterMs: wait,
      requestId: refusal.headers === undefined ? undefined : requestIdOf(refusal.headers),
      rate: refusal.headers === undefined ? undefined : rateLimit(refusal.headers, now),
      retryable: shouldRetry(refusal.headers?.get('x-should-retry')),
    }),
  });
}

/** The id by which a provider knows a request: `x-request-id`, Anthropic's `request-id`, or Cohere's `x-debug-trace-id`. */
export function requestIdOf(headers: HeaderReader): string | undefined {
  const found = headers.get('x-request-id') ?? headers.get('request-id');
  return found ?? headers.get('x-debug-trace-id') ?? undefined;
}

function shouldRetry(header: string | null | undefined): boolean | undefined {
  if (header === 'true') return true;
  return header === 'false' ? false : undefined;
}

/** `where: what is wrong (status); what to do`. */
export function sentence(
  kind: ModelErrorKind,
  where: string | undefined,
  status: number | undefined,
  message: string | undefined,
): string {
  const told = message === undefined ? '' : oneLineOf(message, 800).replace(/[.\s]+$/, '');
  const said = told === '' ? `the call failed (${kind})` : told;
  const what = said.replace(SECRET, '[key]');
  return `${where === undefined ? '' : `${where}: `}${what}${status === undefined ? '' : ` (${status})`}; ${ADVICE[kind]}`;
}

function kindOf(
  status: number | undefined,
  body: ErrorBody,
  wait: number | undefined,
): ModelErrorKind {
  const kind = classify(status, body.code, body.message ?? '');
  // A quota that says when it resets is a limit that waiting cures, unless its code says that it is the account's credit.
  const resets = kind === 'quota' && wait !== undefined && !/insufficient/.test(body.code ?? '');
  return resets ? 'rate-limit' : kind;
}
