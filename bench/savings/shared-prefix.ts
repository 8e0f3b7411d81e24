import { textTokens } from '@overseer/core/plugin';
import type { Message, ModelRequest } from '@overseer/core/spec';

/** Providers keep beginnings from this many tokens on, in steps (OpenAI; Anthropic's least is the same for most models). */
const LEAST = 1_024;
const STEP = 128;
/** What a token that a provider takes from its cache costs, as a share of another's. */
const CACHED_PRICE = 0.1;
/** Requests of before whose beginnings are remembered; providers remember more. */
const REMEMBERED = 8;

/** What is known of the beginnings of requests that follow each other. */
export interface PrefixUse {
  /** Tokens of all requests. */
  readonly tokens: number;
  /** Of these, tokens at the beginning that an earlier request had too. */
  readonly shared: number;
  /** Of these, tokens that a provider would take from its cache. */
  readonly cacheable: number;
}

/** Counts over requests that follow each other. */
export function prefixUse(requests: readonly ModelRequest[]): PrefixUse {
  const before: (readonly string[])[] = [];
  let [tokens, shared, cacheable] = [0, 0, 0];
  for (const request of requests) {
    const pieces = piecesOf(request);
    const common = Math.max(0, ...before.map((earlier) => commonTokens(pieces, earlier)));
    tokens += pieces.reduce((sum, piece) => sum + textTokens(piece), 0);
    shared += common;
    cacheable += common < LEAST ? 0 : LEAST + Math.floor((common - LEAST) / STEP) * STEP;
    before.push(pieces);
    if (before.length > REMEMBERED) before.shift();
  }
  return { tokens, shared, cacheable };
}

/** The share of the input's price that this saves, in percent. */
export function usdSavedBy({ tokens, cacheable }: PrefixUse): number {
  return (100 * (1 - CACHED_PRICE) * cacheable) / tokens;
}

/** In the order in which providers read them: tools, then messages. */
function piecesOf({ tools = [], messages }: ModelRequest): readonly string[] {
  return [JSON.stringify(tools), ...messages.flatMap(textsOf)];
}

function textsOf({ role, parts }: Message): readonly string[] {
  return parts.map((part) =>
    part.type === 'text' ? `${role} ${part.text}` : JSON.stringify(part),
  );
}

function commonTokens(pieces: readonly string[], earlier: readonly string[]): number {
  let common = 0;
  for (const [at, piece] of pieces.entries()) {
    const other = earlier[at] ?? '';
    if (piece !== other) return common + textTokens(piece.slice(0, commonLength(piece, other)));
    common += textTokens(piece);
  }
  return common;
}

function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length += 1;
  return length;
}
