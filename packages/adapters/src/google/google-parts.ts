import type {
  FilePart,
  JsonObject,
  ModelWarning,
  Part,
  ToolCallPart,
  ToolResultPart,
} from '@overseer/core/spec';
import { decodeText } from '../internal/base64.ts';
import { textField } from '../internal/fields.ts';
import { isText, isUrl, leftOut } from '../internal/file-text.ts';
import { isObject } from '../internal/is-object.ts';
import { toolIdFor } from '../internal/tool-id.ts';

/** The name under which parts carry Google's own data. */
export const PROVIDER = 'google';

/** Ids that begin so were made here for calls that had none, and are never sent. */
export const MADE_ID = 'google-';

/**
 * Writes parts as Google's, with the signatures that came with them. A file that these cannot carry becomes a note in its
 * place, and a warning; thoughts are left out unless Google signed them.
 */
export function googleParts(
  parts: readonly Part[],
  warnings: ModelWarning[],
): readonly JsonObject[] {
  return parts.flatMap((part) => written(part, warnings));
}

function written(part: Part, warnings: ModelWarning[]): readonly JsonObject[] {
  const thoughtSignature = textField(part.meta?.[PROVIDER], 'thoughtSignature');
  const signed = thoughtSignature === undefined ? {} : { thoughtSignature };
  switch (part.type) {
    case 'text':
      return [...(part.text === '' ? [] : [{ text: part.text, ...signed }]), ...after(part)];
    case 'reasoning':
      return thoughtSignature === undefined
        ? after(part)
        : [{ text: part.text, thought: true, thoughtSignature }];
    case 'tool-call':
      return [{ functionCall: call(part), ...signed }];
    case 'tool-result':
      return [{ functionResponse: result(part) }];
    case 'file':
      return [{ ...file(part, warnings), ...signed }];
    case 'custom':
      return part.kind.startsWith(`${PROVIDER}.`) ? [part.data as JsonObject] : [];
  }
}

/** A signature that came in a part without words stands in one of its own again. */
function after(part: Part): readonly JsonObject[] {
  const signatureAfter = textField(part.meta?.[PROVIDER], 'signatureAfter');
  return signatureAfter === undefined ? [] : [{ text: '', thoughtSignature: signatureAfter }];
}

function call({ id, name, input }: ToolCallPart): JsonObject {
  return { ...idOf(id), name, args: isObject(input) ? input : { input } };
}

/** Google looks for what a tool gave under `output`, and for what went wrong under `error`. */
function result({ id, name, output, isError }: ToolResultPart): JsonObject {
  return { ...idOf(id), name, response: { [isError === true ? 'error' : 'output']: output } };
}

function idOf(id: string): JsonObject {
  return id.startsWith(MADE_ID) ? {} : { id: toolIdFor(id, 'safe') };
}

function file(part: FilePart, warnings: ModelWarning[]): JsonObject {
  const { mediaType, data } = part;
  if (isUrl(data)) return { fileData: { mimeType: mediaType, fileUri: data } };
  if (/^(image|audio|video)\/|^application\/pdf$/.test(mediaType)) {
    return { inlineData: { mimeType: mediaType, data } };
  }
  if (isText(part)) return { text: decodeText(data) };
  const why = (name: string): string =>
    `Google's models take images, sound, video, PDF and text, not ${name}`;
  return { text: leftOut(part, why, warnings) };
}
