import type { FilePart, Json, JsonObject, Message, ModelWarning, Part } from '@overseer/core/spec';
import { decodeText } from './base64.ts';
import { isText, isUrl, leftOut } from './file-text.ts';
import { type FilePlaces, placeFiles } from './place-files.ts';
import { resultText } from './result-text.ts';
import { toolIdFor } from './tool-id.ts';

/**
 * Writes a conversation as the input items of OpenAI's responses. Reasoning goes back only to the provider that it came
 * from, with what only that can read; what the wire cannot carry becomes a note in its place, and a warning.
 */
export function responseItems(
  messages: readonly Message[],
  provider: string,
  warnings: ModelWarning[],
): readonly JsonObject[] {
  return placeFiles(messages, PLACES, warnings).flatMap(({ role, parts }) => {
    switch (role) {
      case 'assistant':
        return parts.flatMap((part) => ownItem(part, provider));
      case 'tool':
        return parts.flatMap((part) => (part.type === 'tool-result' ? [resultItem(part)] : []));
      default:
        return [{ type: 'message', role, content: contentOf(parts, warnings) }];
    }
  });
}

const PLACES: FilePlaces = { who: 'responses take', notIn: new Set(['assistant', 'tool']) };

function ownItem(part: Part, provider: string): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ type: 'message', role: 'assistant', content: part.text }];
    case 'tool-call': {
      const { id, name, raw, input } = part;
      const text = raw || JSON.stringify(input);
      return [
        { type: 'function_call', call_id: toolIdFor(id, 'responses'), name, arguments: text },
      ];
    }
    case 'reasoning': {
      const item = part.meta?.[provider]?.['item'];
      return item === undefined ? [] : [item as JsonObject];
    }
    case 'custom':
      return part.kind.startsWith(`${provider}.`) ? [part.data as JsonObject] : [];
    default:
      return [];
  }
}

function resultItem(part: Extract<Part, { type: 'tool-result' }>): JsonObject {
  const call = toolIdFor(part.id, 'responses');
  return { type: 'function_call_output', call_id: call, output: resultText(part) };
}

function contentOf(parts: readonly Part[], warnings: ModelWarning[]): Json {
  if (parts.every((part) => part.type === 'text')) {
    return parts.map(({ text }) => text).join('\n\n');
  }
  return parts.flatMap((part): readonly Json[] => {
    if (part.type === 'text') return [{ type: 'input_text', text: part.text }];
    return part.type === 'file' ? [filePiece(part, warnings)] : [];
  });
}

function filePiece(part: FilePart, warnings: ModelWarning[]): Json {
  const { mediaType, data } = part;
  const isAddress = isUrl(data);
  const url = isAddress ? data : `data:${mediaType};base64,${data}`;
  if (mediaType.startsWith('image/'))
    return { type: 'input_image', image_url: url, detail: 'auto' };
  if (isText(part)) return { type: 'input_text', text: decodeText(data) };
  const filename = part.name ?? 'file';
  if (mediaType.startsWith('audio/')) {
    const why = (file: string): string =>
      `${file} is a sound, which responses do not take; use chat completions`;
    return { type: 'input_text', text: leftOut(part, why, warnings) };
  }
  return isAddress
    ? { type: 'input_file', file_url: data }
    : { type: 'input_file', filename, file_data: url };
}
