import { at } from '../internal/error-body.ts';

/** Where a request holds what JSON cannot, such as a bigint or an object that holds itself; `undefined` where it holds nothing of that. */
export function unwritable(request: unknown): string | undefined {
  for (const name of ['messages', 'tools', 'output', 'options']) {
    const found = within(at(request, name), name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Lists are gone through, so that the place is told. */
function within(value: unknown, path: string): string | undefined {
  const why = unwritten(value);
  if (why === undefined) return undefined;
  const parts: unknown = at(value, 'parts') ?? value;
  if (!Array.isArray(parts)) return `${path} holds what JSON cannot: ${why}`;
  const inner = parts === value ? path : `${path}.parts`;
  const found = parts.map((one, index) => within(one, `${inner}[${index}]`));
  return found.find((one) => one !== undefined);
}

function unwritten(value: unknown): string | undefined {
  try {
    JSON.stringify(value);
    return undefined;
  } catch (error) {
    const [first = ''] = String(at(error, 'message')).split('\n');
    return first;
  }
}
