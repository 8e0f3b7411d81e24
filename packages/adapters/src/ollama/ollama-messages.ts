import type { FilePart, JsonObject, Message, ModelWarning, Part } from '@overseer/core/spec';
import { decodeText } from '../internal/base64.ts';
import { isText, isUrl, leftOut } from '../internal/file-text.ts';
import { type FilePlaces, placeFiles } from '../internal/place-files.ts';
import { resultText } from '../internal/result-text.ts';
import { toolIdFor } from '../internal/tool-id.ts';

/** The name under which parts carry what is Ollama's own. */
export const PROVIDER: string = 'ollama';

/**
 * Writes a conversation as Ollama takes it: one text a message, images apart from it. What it cannot carry (files but
 * texts and images, images as URLs) becomes a note in its place, and a warning.
 */
export function ollamaMessages(
  messages: readonly Message[],
  warnings: ModelWarning[],
): readonly JsonObject[] {
  return placeFiles(messages, PLACES, warnings).flatMap(
    ({ role, parts }): readonly JsonObject[] => {
      switch (role) {
        case 'assistant':
          return assistant(parts);
        case 'tool':
          return parts.flatMap((part) => (part.type === 'tool-result' ? [toolResult(part)] : []));
        default:
          return [spoken(role, parts, warnings)];
      }
    },
  );
}

const PLACES: FilePlaces = { who: 'Ollama takes', notIn: new Set(['assistant', 'tool']) };

function spoken(role: 'system' | 'user', parts: readonly Part[], warnings: ModelWarning[]) {
  const images: string[] = [];
  const texts = parts.flatMap((part) => {
    if (part.type === 'text') return [part.text];
    if (part.type !== 'file') return [];
    if (!isImage(part)) return [fileText(part, warnings)];
    images.push(part.data);
    return [];
  });
  return { role, content: texts.join('\n\n'), ...(images.length === 0 ? {} : { images }) };
}

/** Reasoning goes back only to whom it came from: templates make of it what their model wants. A message of nothing but thoughts of others is none. */
function assistant(parts: readonly Part[]): readonly JsonObject[] {
  const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
  const thinking = parts.flatMap((part) =>
    part.type === 'reasoning' && part.meta?.[PROVIDER] !== undefined ? [part.text] : [],
  );
  const calls = parts.flatMap((part) =>
    part.type === 'tool-call'
      ? [
          {
            id: toolIdFor(part.id, 'safe'),
            function: { name: part.name, arguments: argumentsOf(part.input) },
          },
        ]
      : [],
  );
  if (text === '' && thinking.length === 0 && calls.length === 0) return [];
  return [
    {
      role: 'assistant',
      content: text,
      ...(thinking.length === 0 ? {} : { thinking: thinking.join('') }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
  ];
}

/** Arguments must be an object, so that what a model wrote wrong goes back under a name. */
function argumentsOf(input: unknown): JsonObject {
  return typeof input === 'object' && input !== null && !Array.isArray(input)
    ? (input as JsonObject)
    : { input: input as string };
}

function toolResult(part: Extract<Part, { type: 'tool-result' }>): JsonObject {
  return {
    role: 'tool',
    tool_name: part.name,
    tool_call_id: toolIdFor(part.id, 'safe'),
    content: resultText(part),
  };
}

function isImage({ mediaType, data }: FilePart): boolean {
  return mediaType.startsWith('image/') && !isUrl(data);
}

function fileText(part: FilePart, warnings: ModelWarning[]): string {
  const { data } = part;
  if (isText(part)) return decodeText(data);
  const why = isUrl(data) ? 'is given as a URL; give its bytes' : 'is neither a text nor an image';
  return leftOut(part, (file) => `${file} ${why}`, warnings);
}
