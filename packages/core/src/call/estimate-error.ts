import { jsonText } from '../internal/json-text.ts';
import type { Part } from '../spec/message.ts';
import type { ModelRequest } from '../spec/model.ts';

/** What a text is written in, as far as estimates differ by it. */
export type Script = 'ascii' | 'latin' | 'cyrillic' | 'wide' | 'other';

/**
 * How far the estimate of a text of 2,000 characters is off at most, as a share of itself, in 19 of 20 texts: measured on
 * 2026-11-27 against the vocabularies `o200k_base` and `cl100k_base`, the worse of both rounded up, by
 * `npm run evals -- tokens`, which fails where one of these no longer holds.
 */
export const ESTIMATE_ERROR: Readonly<Record<Script, number>> = {
  ascii: 0.3,
  latin: 0.6,
  cyrillic: 1.1,
  wide: 0.65,
  other: 4.5,
};

/** A language with marks on its letters has one of them in so many characters at least. */
const LATIN_SHARE = 0.003;

/**
 * How many tokens the estimate of a request may be off, in 19 of 20 requests: by what its texts are written in. Pictures and files
 * may be off by all that they were estimated at.
 */
export function estimateError(request: ModelRequest, tokens: number): number {
  const texts = [JSON.stringify([request.tools, request.output?.schema])];
  let ofFiles = 0;
  for (const { parts } of request.messages) {
    for (const part of parts) {
      if (part.type === 'file') ofFiles++;
      else texts.push(textOf(part));
    }
  }
  const share = errorOf(texts.join('\n'));
  return ofFiles > 0 ? Math.ceil(tokens * Math.max(1, share)) : Math.ceil(tokens * share);
}

/** Scripts of which the estimate may be off by more than itself. */
const RARE = /[\u0370-\u1dff]/;

/** The most tokens that a request is taken to have which was estimated at so many: twice that, or more for scripts that cost more. */
export function mostTokens(request: ModelRequest, tokens: number): number {
  const isRare = request.messages.some(({ parts }) =>
    parts.some((part) => part.type !== 'file' && RARE.test(textOf(part))),
  );
  return isRare ? Math.max(tokens * 2, tokens + estimateError(request, tokens)) : tokens * 2;
}

/** The error of a text's estimate, as a share of it. */
export function errorOf(text: string): number {
  const counts = countScripts(text);
  const { ascii, ...others } = counts;
  const marked = others.latin + others.cyrillic + others.wide + others.other;
  const all = ascii + marked;
  if (all === 0) return 0;
  // Words of these languages are mostly plain letters, and all of them are rarer than English ones.
  const plain = others.latin > all * LATIN_SHARE ? ESTIMATE_ERROR.latin : ESTIMATE_ERROR.ascii;
  let sum = ascii * plain;
  for (const [script, count] of Object.entries(others)) {
    sum += count * ESTIMATE_ERROR[script as Script];
  }
  return sum / all;
}

/** How many characters of a text are of which script; marks and spaces are left out. */
export function countScripts(text: string): Record<Script, number> {
  const counts = { ascii: 0, latin: 0, cyrillic: 0, wide: 0, other: 0 };
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= 0x20) continue;
    if (code < 0x80) counts.ascii++;
    else if (code < 0x370) counts.latin++;
    else if (code >= 0x400 && code < 0x530) counts.cyrillic++;
    else if (code >= 0x1e00 && code < 0x1f00) counts.latin++;
    else if (code < 0x2000) counts.other++;
    else if (code >= 0x2e80) counts.wide++;
  }
  return counts;
}

function textOf(part: Exclude<Part, { readonly type: 'file' }>): string {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return part.text;
    case 'tool-call':
      return part.raw ?? JSON.stringify(part.input);
    case 'tool-result':
      return jsonText(part.output);
    case 'custom':
      return part.data === undefined ? '' : JSON.stringify(part.data);
  }
}
