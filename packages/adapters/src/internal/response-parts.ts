import type { CustomPart, Json, JsonObject, Part } from '@overseer/core/spec';
import { field, textField } from './fields.ts';
import { readArguments } from './tool-call-merge.ts';

/** The part that a finished output item is; `undefined` for an empty one. */
export function responsePart(item: unknown, provider: string): Part | undefined {
  switch (field(item, 'type')) {
    case 'message': {
      const text = textsOf(field(item, 'content')).join('');
      return text === '' ? undefined : { type: 'text', text };
    }
    case 'reasoning': {
      const texts = [...textsOf(field(item, 'summary')), ...textsOf(field(item, 'content'))];
      const meta = carried(item, provider);
      if (texts.length === 0 && meta === undefined) return undefined;
      return {
        type: 'reasoning',
        text: texts.join('\n\n'),
        ...(meta === undefined ? {} : { meta }),
      };
    }
    case 'function_call': {
      const raw = textField(item, 'arguments') ?? '';
      const id = textField(item, 'call_id') ?? textField(item, 'id') ?? '';
      const name = textField(item, 'name') ?? '';
      return { type: 'tool-call', id, name, raw, ...readArguments(raw) };
    }
    default: {
      const kind: CustomPart['kind'] = `${provider}.${textField(item, 'type') ?? 'item'}`;
      return { type: 'custom', kind, data: item as JsonObject };
    }
  }
}

/** Whether a message refuses to answer. */
export function refuses(item: unknown): boolean {
  const content = field(item, 'content');
  return Array.isArray(content) && content.some((piece) => field(piece, 'type') === 'refusal');
}

/** Reasoning goes back as it came; without what only its provider can read, it is of use only to one that kept it. */
function carried(item: unknown, provider: string): Part['meta'] {
  const encrypted = textField(item, 'encrypted_content');
  const id = textField(item, 'id');
  if (encrypted === undefined || id === undefined) return undefined;
  const summary = (field(item, 'summary') ?? []) as Json;
  const back: JsonObject = { type: 'reasoning', id, summary, encrypted_content: encrypted };
  return { [provider]: { item: back } };
}

function textsOf(pieces: unknown): readonly string[] {
  if (!Array.isArray(pieces)) return [];
  return pieces.flatMap((piece) => textField(piece, 'text') ?? textField(piece, 'refusal') ?? []);
}
