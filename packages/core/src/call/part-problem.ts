/** Something that may be anything, looked at as a part of a message. */
interface Loose {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly id?: unknown;
  readonly name?: unknown;
  readonly output?: unknown;
  readonly mediaType?: unknown;
  readonly data?: unknown;
  readonly kind?: unknown;
}

/** What is wrong with a part of a message, to be said behind its place; `undefined` where nothing is. What it holds for a provider (`meta`) is not looked into. */
export function partProblem(given: unknown): string | undefined {
  const part = (given ?? {}) as Loose;
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return text('text', part.text);
    case 'file':
      return text('mediaType', part.mediaType, 1) ?? text('data', part.data, 1);
    case 'tool-call':
      return text('id', part.id, 1) ?? text('name', part.name);
    case 'tool-result':
      return text('id', part.id, 1) ?? output(part.output);
    case 'custom':
      return text('kind', part.kind, 1);
    default:
      return ` is no part: its type is one of text, reasoning, file, tool-call, tool-result and custom, and it is ${shown(part.type)}`;
  }
}

/** Says that a field is no text, or one that is shorter than it must be. */
export function text(field: string, value: unknown, least = 0): string | undefined {
  if (typeof value === 'string' && value.length >= least) return undefined;
  const what = field === 'data' ? 'base64 text or an http(s) URL' : 'a text';
  return `.${field} is ${what}, and not ${shown(value)}`;
}

/** A value of no known type, in a few words. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? 'a list' : 'an object';
  }
  return typeof value === 'function' ? 'a function' : String(value);
}

function output(value: unknown): string | undefined {
  if (value !== undefined) return undefined;
  return '.output is what the tool gave, and not undefined; null says that it gave nothing';
}
