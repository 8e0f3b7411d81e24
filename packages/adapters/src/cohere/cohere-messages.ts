import type {
  FilePart,
  Json,
  JsonObject,
  Message,
  ModelWarning,
  Part,
  ToolResultPart,
} from '@overseer/core/spec';
import { decodeText } from '../internal/base64.ts';
import { field } from '../internal/fields.ts';
import { isText, isUrl, leftOut } from '../internal/file-text.ts';
import { type FilePlaces, placeFiles } from '../internal/place-files.ts';
import { resultText } from '../internal/result-text.ts';
import { toolIdFor } from '../internal/tool-id.ts';

/** The name under which parts carry Cohere's own data. */
export const PROVIDER = 'cohere';

/** Writes a conversation as Cohere's messages. A file that these cannot carry becomes a note in its place, and a warning; thoughts of another provider are left out. */
export function cohereMessages(
  messages: readonly Message[],
  warnings: ModelWarning[],
): readonly JsonObject[] {
  return placeFiles(messages, PLACES, warnings).flatMap((message) => written(message, warnings));
}

const PLACES: FilePlaces = {
  who: "Cohere's models take",
  notIn: new Set(['system', 'assistant', 'tool']),
};

function written({ role, parts }: Message, warnings: ModelWarning[]): readonly JsonObject[] {
  switch (role) {
    case 'system':
      return [{ role, content: textOf(parts, '\n\n') }];
    case 'user':
      return [{ role, content: userContent(parts, warnings) }];
    case 'assistant':
      return assistant(parts);
    case 'tool':
      return parts.flatMap((part) => (part.type === 'tool-result' ? [result(part)] : []));
  }
}

function userContent(parts: readonly Part[], warnings: ModelWarning[]): Json {
  if (parts.every(({ type }) => type !== 'file')) return textOf(parts, '\n\n');
  return parts.flatMap((part): readonly Json[] => {
    if (part.type === 'text') return [{ type: 'text', text: part.text }];
    return part.type === 'file' ? [file(part, warnings)] : [];
  });
}

/** A message of nothing but thoughts of others is none. */
function assistant(parts: readonly Part[]): readonly JsonObject[] {
  const plan = ofKind(parts, 'plan');
  const thinking = ofKind(parts, 'thinking');
  const text = textOf(parts, '');
  const calls = parts.flatMap((part) =>
    part.type === 'tool-call'
      ? [
          {
            id: toolIdFor(part.id, 'safe'),
            type: 'function',
            function: { name: part.name, arguments: part.raw || JSON.stringify(part.input) },
          },
        ]
      : [],
  );
  const content = [
    ...(thinking === '' ? [] : [{ type: 'thinking', thinking }]),
    ...(text === '' ? [] : [{ type: 'text', text }]),
  ];
  if (content.length === 0 && calls.length === 0) return [];
  return [
    {
      role: 'assistant',
      ...(content.length === 0 ? {} : { content }),
      ...(plan === '' ? {} : { tool_plan: plan }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
  ];
}

/** What Cohere's models thought themselves goes back where it came from. */
function ofKind(parts: readonly Part[], kind: 'plan' | 'thinking'): string {
  return parts
    .map((part) =>
      part.type === 'reasoning' && field(part.meta?.[PROVIDER], 'kind') === kind ? part.text : '',
    )
    .join('');
}

function result(part: ToolResultPart): JsonObject {
  return { role: 'tool', tool_call_id: toolIdFor(part.id, 'safe'), content: resultText(part) };
}

function file(part: FilePart, warnings: ModelWarning[]): JsonObject {
  const { mediaType, data } = part;
  if (mediaType.startsWith('image/')) {
    const url = isUrl(data) ? data : `data:${mediaType};base64,${data}`;
    return { type: 'image_url', image_url: { url } };
  }
  if (isText(part)) return { type: 'text', text: decodeText(data) };
  const why = (name: string): string =>
    `Cohere's models take images, and text that is given in bytes, not ${name}`;
  return { type: 'text', text: leftOut(part, why, warnings) };
}

function textOf(parts: readonly Part[], between: string): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(between);
}
