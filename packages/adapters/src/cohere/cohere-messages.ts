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
import { toolIdFor } from '../internal/tool-id.ts';

/** The name under which parts carry Cohere's own data. */
export const PROVIDER = 'cohere';

/** Writes a conversation as Cohere's messages. A file that these cannot carry becomes a note in its place, and a warning; thoughts of another provider are left out. */
export function cohereMessages(
  messages: readonly Message[],
  warnings: ModelWarning[],
): readonly JsonObject[] {
  return messages.flatMap((message) => written(message, warnings));
}

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

/** Cohere has no mark for an error, so the text says it. */
function result({ id, output, isError }: ToolResultPart): JsonObject {
  const text = typeof output === 'string' ? output : JSON.stringify(output);
  const content = isError === true ? `Error: ${text}` : text;
  return { role: 'tool', tool_call_id: toolIdFor(id, 'safe'), content };
}

function file(part: FilePart, warnings: ModelWarning[]): JsonObject {
  const { mediaType, data } = part;
  const isUrl = /^https?:\/\//.test(data);
  if (mediaType.startsWith('image/')) {
    const url = isUrl ? data : `data:${mediaType};base64,${data}`;
    return { type: 'image_url', image_url: { url } };
  }
  if (!isUrl && /^text\/|[/+](json|xml|yaml)$/.test(mediaType)) {
    return { type: 'text', text: decodeText(data) };
  }
  const name = `${part.name ?? 'file'} (${mediaType})`;
  const detail = `Cohere's models take images, and text that is given in bytes, not ${name}`;
  warnings.push({ kind: 'unsupported', what: 'file', detail });
  return { type: 'text', text: `[A file was left out: ${name}]` };
}

function textOf(parts: readonly Part[], between: string): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(between);
}
