import { ModelError } from '../errors/model-error.ts';
import { defined } from '../internal/defined.ts';
import { DEEPEST, isTooDeep } from '../internal/json-depth.ts';
import type { Part, ToolCallPart } from '../spec/message.ts';

/**
 * A part of an answer as the rest of the kernel may take it. Arguments of a tool call that are nested too deep are wrong ones, which
 * the model is told. Throws `ModelError` (`protocol`) for a tool call whose id or name is no text, and for other parts that nobody could
 * write down.
 */
export function soundPart(part: Part, where: string): Part {
  if (part.type === 'tool-call') return soundCall(part, where);
  if (isTooDeep(part)) throw wrong(where, `a part that is more than ${DEEPEST} levels deep`);
  return part;
}

function soundCall(part: ToolCallPart, where: string): ToolCallPart {
  for (const field of ['id', 'name'] as const)
    if (typeof part[field] !== 'string')
      throw wrong(where, `a tool call whose ${field} is no text`);
  if (!isTooDeep(part)) return part;
  const { id, name, raw = '', meta } = part;
  if (isTooDeep(meta)) throw wrong(where, `marks that are more than ${DEEPEST} levels deep`);
  const invalid = `it is more than ${DEEPEST} levels deep`;
  return { type: 'tool-call', id, name, raw, input: raw, invalid, ...defined({ meta }) };
}

function wrong(where: string, what: string): ModelError {
  return new ModelError(
    'protocol',
    `${where}: the server sent ${what}; check that the address is a model server's`,
  );
}
