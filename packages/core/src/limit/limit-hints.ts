import { nearest } from '../internal/nearest.ts';
import type { LimitToken } from './limit-tokens.ts';

/** What stands in a limit's text instead of what was expected. */
export function found(token: LimitToken, text: string = token.text): string {
  return token.kind === 'end' ? 'found the end' : `found ${JSON.stringify(text || token.text)}`;
}

/** Asks whether a known word was meant, where one is near; else nothing. */
export function hint(word: string, known: Iterable<string>): string {
  const near = word.length < 3 ? undefined : nearest(word, [...known]);
  return near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`;
}
