import { at } from '../internal/error-body.ts';

/** What is wrong with a part of a message; `undefined` where nothing is. What it holds for a provider (`meta`) is not looked into. */
export function partProblem(part: unknown, path: string): string | undefined {
  switch (at(part, 'type')) {
    case 'text':
    case 'reasoning':
      return text(part, 'text', path);
    case 'file':
      return text(part, 'mediaType', path, 1) ?? text(part, 'data', path, 1);
    case 'tool-call':
      return text(part, 'id', path, 1) ?? text(part, 'name', path);
    case 'tool-result':
      return text(part, 'id', path, 1) ?? output(part, path);
    case 'custom':
      return text(part, 'kind', path, 1);
    default:
      return `${path} is no part: its type is one of text, reasoning, file, tool-call, tool-result and custom, and it is ${shown(at(part, 'type'))}`;
  }
}

/** Says that the field of something is no text, or one that is shorter than it must be. */
export function text(of: unknown, field: string, path: string, least = 0): string | undefined {
  const value = at(of, field);
  if (typeof value === 'string' && value.length >= least) return undefined;
  const what = field === 'data' ? 'base64 text or an http(s) URL' : 'a text';
  return `${path}.${field} is ${what}, and not ${shown(value)}`;
}

/** A value of no known type, in a few words. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'a list' : 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}

function output(part: unknown, path: string): string | undefined {
  if (at(part, 'output') !== undefined) return undefined;
  return `${path}.output is what the tool gave, and not undefined; null says that it gave nothing`;
}
