import type {
  FilePart,
  JsonObject,
  ModelWarning,
  Part,
  ReasoningPart,
  ToolCallPart,
  ToolResultPart,
} from '@overseer/core/spec';
import { decodeText } from '../internal/base64.ts';
import { isText, isUrl, leftOut } from '../internal/file-text.ts';
import { toolIdFor } from '../internal/tool-id.ts';

const PROVIDER = 'anthropic';

/** Writes parts as Anthropic's content blocks. A file that these cannot carry becomes a note in its place, and a warning; reasoning of another provider, which has no signature, is left out. */
export function anthropicBlocks(
  parts: readonly Part[],
  warnings: ModelWarning[],
): readonly JsonObject[] {
  return parts.map((part) => block(part, warnings)).filter((made) => made !== undefined);
}

function block(part: Part, warnings: ModelWarning[]): JsonObject | undefined {
  const own = part.meta?.[PROVIDER];
  switch (part.type) {
    case 'text':
      // An empty block is refused.
      return part.text === '' ? undefined : { type: 'text', text: part.text, ...own };
    case 'reasoning':
      return thinking(part);
    case 'tool-call':
      return {
        type: 'tool_use',
        id: toolIdFor(part.id, 'anthropic'),
        name: part.name,
        input: inputOf(part),
        ...own,
      };
    case 'tool-result':
      return { ...result(part), ...own };
    case 'file':
      return { ...file(part, warnings), ...own };
    case 'custom':
      return part.kind.startsWith(`${PROVIDER}.`) ? (part.data as JsonObject) : undefined;
  }
}

function result(part: ToolResultPart): JsonObject {
  return {
    type: 'tool_result',
    tool_use_id: toolIdFor(part.id, 'anthropic'),
    content: typeof part.output === 'string' ? part.output : JSON.stringify(part.output),
    ...(part.isError === true ? { is_error: true } : {}),
  };
}

/** Anthropic takes objects only, so that what the model wrote wrong goes back as text under a name. */
function inputOf(part: ToolCallPart): JsonObject {
  const { input } = part;
  return typeof input === 'object' && input !== null && !Array.isArray(input)
    ? (input as JsonObject)
    : { input };
}

function thinking(part: ReasoningPart): JsonObject | undefined {
  const { redacted, signature } = part.meta?.[PROVIDER] ?? {};
  if (redacted !== undefined) return { type: 'redacted_thinking', data: redacted };
  if (signature === undefined) return undefined;
  return { type: 'thinking', thinking: part.text, signature };
}

function file(part: FilePart, warnings: ModelWarning[]): JsonObject {
  const { mediaType, data } = part;
  const source = isUrl(data)
    ? { type: 'url', url: data }
    : { type: 'base64', media_type: mediaType, data };
  if (mediaType.startsWith('image/')) return { type: 'image', source };
  const title = part.name === undefined ? {} : { title: part.name };
  if (mediaType === 'application/pdf') return { type: 'document', source, ...title };
  if (isText(part)) {
    const text = { type: 'text', media_type: 'text/plain', data: decodeText(data) };
    return { type: 'document', source: text, ...title };
  }
  const why = (name: string): string => `Anthropic's models take images, PDF and text, not ${name}`;
  return { type: 'text', text: leftOut(part, why, warnings) };
}
