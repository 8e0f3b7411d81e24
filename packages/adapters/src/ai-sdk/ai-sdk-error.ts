import { ModelError, modelRefusal, OverseerError, toModelError } from '@overseer/core/plugin';
import type { ModelErrorKind } from '@overseer/core/spec';
import { field, textField } from '../internal/fields.ts';

/** What the AI SDK's own errors stand for. Told by name: another installed copy of it makes errors that `instanceof` does not know. */
const KINDS: ReadonlyMap<string, ModelErrorKind> = new Map<string, ModelErrorKind>([
  ['AI_LoadAPIKeyError', 'auth'],
  ['AI_NoSuchModelError', 'not-found'],
  ['AI_UnsupportedFunctionalityError', 'unsupported'],
  ['AI_NoSuchProviderReferenceError', 'unsupported'],
  ['AI_InvalidPromptError', 'invalid'],
  ['AI_InvalidArgumentError', 'invalid'],
  ['AI_LoadSettingError', 'invalid'],
  ['AI_TypeValidationError', 'protocol'],
  ['AI_JSONParseError', 'protocol'],
  ['AI_InvalidResponseDataError', 'protocol'],
  ['AI_EmptyResponseBodyError', 'protocol'],
  ['AI_NoContentGeneratedError', 'protocol'],
]);

/** Whether a provider said that it cannot send a call as it is written. */
export function isUnsupported(thrown: unknown): boolean {
  return textField(thrown, 'name') === 'AI_UnsupportedFunctionalityError';
}

/** The error that one thrown by an AI SDK model stands for. */
export function aiSdkError(thrown: unknown, where: string, signal?: AbortSignal): ModelError {
  const ours = oursIn(thrown);
  if (ours !== undefined) return toModelError(ours, signal, where);
  if (signal?.aborted === true) return toModelError(thrown, signal, where);
  const known = toModelError(thrown, signal, where);
  // A stream that just ended is told as data of a wrong form, too.
  if (known.kind === 'interrupted') return known;
  return ownError(thrown, where) ?? answerError(thrown, where, known);
}

/** What one of the AI SDK's own errors stands for, told by its name. */
function ownError(thrown: unknown, where: string): ModelError | undefined {
  const kind = KINDS.get(textField(thrown, 'name') ?? '');
  if (kind === undefined) return undefined;
  // What does not fit the provider's schema may be an error that the server tells of.
  const value = field(thrown, 'value');
  if (saysError(value)) return modelRefusal({ where, body: value, cause: thrown });
  const said = (textField(thrown, 'message') ?? kind).slice(0, 300);
  return new ModelError(kind, `${where}: ${said}`, { cause: thrown });
}

/** A refusal with all that its document says; a socket that broke stays what it is. */
function answerError(thrown: unknown, where: string, known: ModelError): ModelError {
  const document = field(thrown, 'responseBody') ?? field(thrown, 'data');
  const { status } = known;
  if (status === undefined || document === undefined) return known;
  const headers = new Headers(plainHeaders(field(thrown, 'responseHeaders')));
  return modelRefusal({
    where,
    ...(status >= 400 ? { status } : {}),
    headers,
    body: document,
    cause: thrown,
  });
}

/** The error that an `error` part of a stream stands for: an error of theirs, or what the provider sent. */
export function streamError(told: unknown, where: string): ModelError {
  if (told instanceof Error) return aiSdkError(told, where);
  return modelRefusal({ where, body: told, cause: told });
}

function saysError(document: unknown): boolean {
  return field(document, 'type') === 'error' || typeof field(document, 'error') === 'object';
}

/** Our own failure that went through a model made by `toAiSdk`. */
function oursIn(thrown: unknown): OverseerError | undefined {
  return [thrown, field(thrown, 'cause')].find(
    (one): one is OverseerError => OverseerError.is(one) && one.code.startsWith('model.'),
  );
}

function plainHeaders(headers: unknown): Record<string, string> {
  if (typeof headers !== 'object' || headers === null) return {};
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => {
      return typeof entry[1] === 'string';
    }),
  );
}
