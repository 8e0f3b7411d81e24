import type { ModelErrorKind } from '../spec/model.ts';

/** A sign of a kind: any of what is given is enough. `text` looks at code and message together. */
interface Sign {
  readonly kind: ModelErrorKind;
  readonly code?: RegExp;
  readonly text?: RegExp;
  readonly status?: readonly number[];
  /** Statuses with which this sign says nothing. */
  readonly unless?: readonly number[];
}

/** In order: what a provider says in words goes before its status, since many send 400 or 429 for everything. */
const SIGNS: readonly Sign[] = [
  {
    kind: 'context-overflow',
    text: /context.?length|context_window|context window|exceed_context|maximum context|prompt is too long|too many tokens|input token count|available context size/,
    unless: [429],
  },
  { kind: 'content-filter', code: /content_filter|content_policy|safety|prohibited/ },
  {
    kind: 'quota',
    text: /insufficient_(quota|balance|funds)|credit_balance|spend_limit|usage_limit|billing_error|quota_exceeded|credit balance|exceeded your current quota|insufficient (credits?|funds|balance|quota)|calls? ?\/ ?month/,
    status: [402],
  },
  { kind: 'overloaded', code: /overloaded/, status: [529] },
  { kind: 'rate-limit', code: /rate_limit|resource_exhausted|too_many/, status: [429] },
  {
    kind: 'loading',
    text: /loading model|model is loading|no models? (is )?loaded|unavailable_error/,
  },
  { kind: 'not-found', code: /model_not_found|not_found/, status: [404] },
  {
    kind: 'auth',
    code: /authentication|invalid_api_key|unauthenticated/,
    // Google says this with status 400.
    text: /api key (not valid|expired|not found)/,
    status: [401, 498],
  },
  { kind: 'permission', code: /permission/, status: [403] },
  { kind: 'timeout', status: [408, 504] },
  { kind: 'context-overflow', status: [413] },
  { kind: 'unsupported', code: /not_supported|unsupported/, status: [501] },
  { kind: 'overloaded', status: [503] },
  { kind: 'server', status: [409, 425] },
];

/**
 * The kind of failure that a provider's answer is, from its HTTP status, its code or type, and its words. `quota` is a
 * refusal that no waiting cures, which providers send as 429 like a rate limit.
 */
export function classify(
  status: number | undefined,
  code: string | undefined,
  message: string,
): ModelErrorKind {
  const lowCode = (code ?? '').toLowerCase();
  const text = `${lowCode} ${message.toLowerCase()}`;
  const sign = SIGNS.find((one) => matches(one, status, lowCode, text));
  if (sign !== undefined) return sign.kind;
  if (status !== undefined && status >= 400) return status >= 500 ? 'server' : 'invalid';
  if (/server_error|api_error|internal/.test(lowCode)) return 'server';
  return /invalid/.test(lowCode) ? 'invalid' : 'protocol';
}

function matches(sign: Sign, status: number | undefined, code: string, text: string): boolean {
  if (status !== undefined) {
    if (sign.unless?.includes(status) === true) return false;
    if (sign.status?.includes(status) === true) return true;
  }
  return sign.code?.test(code) === true || sign.text?.test(text) === true;
}
