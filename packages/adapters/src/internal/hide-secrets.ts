import { inspect } from 'node:util';
import { defined, ModelError, ModelNotFoundError } from '@overseer/core/plugin';
import { TextWindows } from './text-windows.ts';

const HIDDEN = '[key]';
/** What is shorter is a placeholder, such as `none`: replaced anywhere, it would spoil sentences and hide nothing. */
const MIN_SECRET = 8;
/** A beginning that still tells too much, where a sentence was cut in the middle of a key. */
const MIN_BEGINNING = 12;
const MAX_CAUSES = 5;

/**
 * The same failure without these secrets, which some servers repeat when they refuse them: in its sentence, codes, names and
 * causes. An error that shows none is returned as it is. A cause that shows one and is no `ModelError` is replaced by its
 * name and sentence. Of a secret under 8 characters only `Bearer <secret>` is hidden.
 */
export function hideSecrets(error: ModelError, secrets: Iterable<string>): ModelError {
  // The longest first: one may be the beginning of another.
  const known = [...new Set([...secrets].flatMap(formsOf))]
    .filter(Boolean)
    .sort((a, b) => b.length - a.length);
  const shown = known.length === 0 ? known : shownOf(error, known);
  return shown.length === 0 ? error : rebuilt(error, shown, 0);
}

/** What of a host's headers must stay secret: the values of those that carry keys, tokens or cookies. */
export function secretsOf(headers: Readonly<Record<string, string>> = {}): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    /auth|key|token|secret|cookie/i.test(name) ? [value, value.replace(/^\w+\s+/, '')] : [],
  );
}

/** Whether a host's headers bring a key of their own, which goes before any other. */
export function namesKey(headers: Readonly<Record<string, string>> = {}): boolean {
  return Object.keys(headers).some((name) => /^(authorization|(x-)?(goog-)?api-key)$/i.test(name));
}

function rebuilt(error: ModelError, secrets: readonly string[], depth: number): ModelError {
  const text = (value: string | undefined): string | undefined =>
    value === undefined ? undefined : masked(value, secrets);
  const { status, retryAfterMs, rate, retryable, otherKey } = error;
  const message = masked(error.message, secrets);
  const options = {
    cause: cleanCause(error.cause, secrets, depth),
    retryable,
    otherKey,
    ...defined({ status, retryAfterMs, rate }),
    ...defined({ providerCode: text(error.providerCode), requestId: text(error.requestId) }),
  };
  if (!(error instanceof ModelNotFoundError)) return new ModelError(error.kind, message, options);
  const names = error.availableModels.map((name) => masked(name, secrets));
  return new ModelNotFoundError(message, names, options);
}

function cleanCause(cause: unknown, secrets: readonly string[], depth: number): unknown {
  if (depth === MAX_CAUSES) return undefined;
  if (cause === undefined || !shows(cause, secrets)) return cause;
  if (cause instanceof ModelError) return rebuilt(cause, secrets, depth + 1);
  if (!(cause instanceof Error)) return masked(String(cause), secrets);
  const inner = cleanCause(cause.cause, secrets, depth + 1);
  const clean = new Error(
    masked(cause.message, secrets),
    inner === undefined ? undefined : { cause: inner },
  );
  clean.name = masked(cause.name, secrets);
  return clean;
}

function shows(value: unknown, secrets: readonly string[]): boolean {
  return shownOf(value, secrets).length > 0;
}

/** Which secrets something shows, or a piece of them. */
function shownOf(value: unknown, secrets: readonly string[]): readonly string[] {
  const text = inspect(value, {
    depth: 12,
    showHidden: true,
    maxArrayLength: null,
    maxStringLength: null,
  });
  const windows = new TextWindows(text, MIN_SECRET);
  return secrets.filter((secret) => {
    // Printed strings have their quotes and backslashes escaped.
    const forms = new Set([secret, JSON.stringify(secret).slice(1, -1)]);
    return [...forms].some((form) => maskedBy(text, windows, form) !== text);
  });
}

function masked(text: string, secrets: readonly string[]): string {
  const windows = new TextWindows(text, MIN_SECRET);
  return secrets.reduce((clean, secret) => maskedBy(clean, windows, secret), text);
}

/** A text without one secret; `windows` are those of the text as it was before any was hidden. */
function maskedBy(text: string, windows: TextWindows, secret: string): string {
  if (secret.length < MIN_SECRET) return text.replaceAll(`Bearer ${secret}`, HIDDEN);
  // Whatever is hidden of a longer one has so many of its characters in a row.
  return windows.shares(secret) ? withoutSecret(text, secret) : text;
}

function withoutSecret(text: string, secret: string): string {
  const clean = withoutBeginnings(text.replaceAll(`Bearer ${secret}`, HIDDEN), secret);
  return secret.length >= 2 * MIN_SECRET ? withoutPieces(clean, secret) : clean;
}

/** Hides a secret, and as much of its beginning as stands anywhere. */
function withoutBeginnings(text: string, secret: string): string {
  const least = secret.slice(0, MIN_BEGINNING);
  let clean = '';
  let kept = 0;
  for (let at = text.indexOf(least); at >= 0; at = text.indexOf(least, kept)) {
    let length = least.length;
    while (length < secret.length && text[at + length] === secret[length]) length++;
    clean += text.slice(kept, at) + HIDDEN;
    kept = at + length;
  }
  return clean + text.slice(kept);
}

/** Hides every piece of a secret of 8 characters and more, from anywhere in it, that looks like no word. */
function withoutPieces(text: string, secret: string): string {
  const pieces = new Set<string>();
  for (let at = 0; at + MIN_SECRET <= secret.length; at++) {
    pieces.add(secret.slice(at, at + MIN_SECRET));
  }
  let clean = '';
  let kept = 0;
  for (let at = 0; at + MIN_SECRET <= text.length; at++) {
    if (!pieces.has(text.slice(at, at + MIN_SECRET))) continue;
    let end = at + MIN_SECRET;
    while (pieces.has(text.slice(end - MIN_SECRET + 1, end + 1))) end++;
    const piece = text.slice(at, end);
    if (/\d|[a-z][A-Z]|[A-Z]{2}[a-z]/.test(piece)) {
      clean += `${text.slice(kept, at)}${HIDDEN}`;
      kept = end;
    }
    at = end - 1;
  }
  return kept === 0 ? text : clean + text.slice(kept);
}

/** A secret as it is, in URLs, and in base64. */
function formsOf(secret: string): readonly string[] {
  if (secret.length < MIN_SECRET) return [secret];
  const encoded = Buffer.from(secret);
  return [
    secret,
    encodeURIComponent(secret),
    encoded.toString('base64').replace(/=+$/, ''),
    encoded.toString('base64url'),
    encoded.toString('hex'),
  ];
}
