import { setImmediate as otherWork } from 'node:timers/promises';
import type { Message, ModelRequest, TokenCount } from '@overseer/core/spec';

/** What a vocabulary's module does. */
interface Vocabulary {
  countTokens(text: string, options: { readonly disallowedSpecial: Set<string> }): number;
}

/** What chat completions put around a message, and before the answer, in tokens: OpenAI's own figures of 2024 for all its chat models. */
const PER_MESSAGE = 3;
const PER_ROLE = 1;
const BEFORE_ANSWER = 3;

/** How far the marks around a message may be off: newer models put others there, which are not told of. */
const AROUND = 4;

/** Characters that are counted in one go, about 15 ms. */
const AT_ONCE = 65_536;

/** What takes longer than seconds is better asked for. */
const MOST = 2_000_000;

/** A run without a break takes the square of its length: a longer one is cut, which adds a token a cut at most. */
const LONGEST_RUN = 256;
const RUNS = /[\p{L}\p{M}]{257,}|[^\s\p{L}\p{M}\p{N}]{257,}|\s{257,}/gu;

const NOTHING_SPECIAL: ReadonlySet<string> = new Set();

/** What the models of OpenAI take texts apart by; a name that is not known is asked for. */
const VOCABULARIES: readonly (readonly [RegExp, () => Promise<Vocabulary>])[] = [
  [
    /^(?:ft:)?(?:gpt-4o|gpt-4\.1|gpt-4\.5|gpt-[5-9]|o\d|chatgpt-4o|codex-mini)/,
    () => import('gpt-tokenizer/encoding/o200k_base'),
  ],
  [/^(?:ft:)?gpt-(?:4|3\.5)/, () => import('gpt-tokenizer/encoding/cl100k_base')],
];

/**
 * Counts a conversation by the tokenizer of its model in this process (`npm install gpt-tokenizer`); `undefined` where that is not
 * installed, or where what OpenAI makes of a request is not known: tools, schemas, files and calls. Lets other work go on in between.
 */
export async function countLocally(
  modelId: string,
  request: Pick<ModelRequest, 'messages' | 'tools' | 'output'>,
  signal: AbortSignal,
): Promise<TokenCount | undefined> {
  const { messages, tools = [], output } = request;
  if (tools.length > 0 || output !== undefined) return undefined;
  const texts = messages.flatMap(textsOf);
  if (texts.includes(undefined)) return undefined;
  const known = texts.filter((text) => text !== undefined);
  if (known.reduce((sum, { length }) => sum + length, 0) > MOST) return undefined;
  const vocabulary = await vocabularyOf(modelId);
  if (vocabulary === undefined) return undefined;
  let tokens = BEFORE_ANSWER + messages.length * (PER_MESSAGE + PER_ROLE);
  let within = AROUND * (messages.length + 1);
  for (const text of known) {
    for (const piece of piecesOf(text)) {
      signal.throwIfAborted();
      const { parts, cuts } = withoutRuns(piece);
      for (const part of parts) {
        // Its words for control are text here, whoever wrote them.
        tokens += vocabulary.countTokens(part, { disallowedSpecial: new Set(NOTHING_SPECIAL) });
      }
      within += cuts;
      if (piece.length > 1_000) await otherWork();
    }
    within += Math.floor(text.length / AT_ONCE);
  }
  return { tokens, source: 'tokenizer', within };
}

async function vocabularyOf(modelId: string): Promise<Vocabulary | undefined> {
  const load = VOCABULARIES.find(([names]) => names.test(modelId))?.[1];
  try {
    return await load?.();
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** The texts of a message; `undefined` for what is none. */
function textsOf({ parts }: Message): readonly (string | undefined)[] {
  return parts.map((part) => (part.type === 'text' ? part.text : undefined));
}

function piecesOf(text: string): readonly string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; from += AT_ONCE)
    pieces.push(text.slice(from, from + AT_ONCE));
  return pieces;
}

/** A text in parts without long runs, and how often it was cut for that. */
function withoutRuns(text: string): { readonly parts: readonly string[]; readonly cuts: number } {
  const parts: string[] = [];
  let from = 0;
  for (const { 0: run, index } of text.matchAll(RUNS)) {
    for (let at = index + LONGEST_RUN; at < index + run.length; at += LONGEST_RUN) {
      parts.push(text.slice(from, at));
      from = at;
    }
  }
  parts.push(text.slice(from));
  return { parts, cuts: parts.length - 1 };
}
