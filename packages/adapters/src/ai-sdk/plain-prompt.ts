import type { FilePart, Message, ModelWarning, Part } from '@overseer/core/spec';
import { decodeText } from '../internal/base64.ts';
import { isText } from '../internal/file-text.ts';
import { claudeTakesLateSystem, placeSystem } from '../internal/place-system.ts';
import { type AiSdkModel, familyOf } from './ai-sdk-model.ts';

/**
 * A conversation in the plainest form that means the same, for a provider that refuses more: files of text are written out,
 * and what the system says is at the front. Each change is a warning; where there is none it is the same.
 */
export function plainPrompt(
  messages: readonly Message[],
  { provider }: AiSdkModel,
  warnings: ModelWarning[],
): readonly Message[] {
  const placed = placeSystem(messages, { who: `${provider} takes`, late: 'front' }, warnings);
  return placed.map((message) => {
    if (message.role !== 'user' || !message.parts.some(isTextFile)) return message;
    return { ...message, parts: message.parts.map((part) => writtenOut(part, provider, warnings)) };
  });
}

/** Anthropic's provider sends what the system says later in its place to every model, of which the older refuse it. */
export function lateSystemPrompt(
  messages: readonly Message[],
  { provider, modelId, specificationVersion: version }: AiSdkModel,
  warnings: ModelWarning[],
): readonly Message[] {
  if (familyOf(provider) !== 'anthropic') return messages;
  // Without one at the front it takes the first that comes for that one.
  const isNative =
    version === 'v4' && messages[0]?.role === 'system' && claudeTakesLateSystem(modelId);
  const late = isNative ? 'before-answers' : 'front';
  return placeSystem(messages, { who: `${modelId} takes`, late }, warnings);
}

function isTextFile(part: Part): part is FilePart {
  return part.type === 'file' && isText(part);
}

function writtenOut(part: Part, provider: string, warnings: ModelWarning[]): Part {
  if (!isTextFile(part)) return part;
  const { name = 'file', mediaType, data } = part;
  const detail = `${provider} does not take ${name} (${mediaType}) as a file; it is written out`;
  warnings.push({ kind: 'adjusted', what: 'file', detail });
  return { type: 'text', text: decodeText(data) };
}
