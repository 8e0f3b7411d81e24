import { modelRefusal } from '@overseer/core/plugin';
import type { CallContext, JsonObject, TokenCount } from '@overseer/core/spec';
import { field } from '../internal/fields.ts';
import { type HttpClient, requestJson } from '../internal/http-client.ts';
import { mapBounded } from '../internal/map-bounded.ts';

/** The most characters that Cohere takes apart at once. */
const LONGEST = 65_536;

/** Requests under way at once, for a text that is longer. */
const AT_ONCE = 4;

/** The most tokens that are put around a message. */
const AROUND = 8;

/** The most tokens that an image is taken to have. */
const IMAGE = 1_600;

/** What is counted, of which model and where. */
export interface CohereCount {
  readonly client: HttpClient;
  /** The path of Cohere's tokenizer. */
  readonly path: string;
  readonly where: string;
  readonly model: string;
}

/** The tokens of a body's messages and tools as they are written, by Cohere's tokenizer. Throws `ModelError`. */
export async function countCohereTokens(
  count: CohereCount,
  body: JsonObject,
  ctx: CallContext,
): Promise<TokenCount> {
  const { messages = [], tools, response_format: form } = body;
  // Of tools and schemas the names of fields are told too.
  const schemas = [tools, form].flatMap((value) =>
    value === undefined ? [] : JSON.stringify(value),
  );
  const texts = [wordsOf(messages), ...schemas];
  const pieces = cut(texts.filter(Boolean).join('\n'));
  const counts = await mapBounded(pieces, AT_ONCE, (text) => tokensOf(count, text, ctx));
  const tokens = counts.reduce((sum, each) => sum + each, 0);
  // Cohere counts texts alone, and puts a few tokens around each message.
  return {
    tokens,
    source: 'provider',
    within:
      AROUND * (Array.isArray(messages) ? messages.length + 1 : 1) + IMAGE * imagesIn(messages),
  };
}

async function tokensOf(
  { client, path, where, model }: CohereCount,
  text: string,
  ctx: CallContext,
): Promise<number> {
  const request = { method: 'POST', path, where, body: { model, text } } as const;
  const tokens = field(await requestJson(client, request, ctx), 'tokens');
  if (Array.isArray(tokens)) return tokens.length;
  throw modelRefusal({ where, body: { message: 'the server counted no tokens' } });
}

/** Every text in a value; an image is no text. */
function wordsOf(value: unknown): string {
  if (typeof value === 'string') return value.startsWith('data:') ? '' : value;
  if (Array.isArray(value)) return value.map(wordsOf).filter(Boolean).join('\n');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, one]) => (name === 'role' || name === 'type' ? '' : wordsOf(one)))
    .filter(Boolean)
    .join('\n');
}

/** How many images a value holds. */
function imagesIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum, one) => sum + imagesIn(one), 0);
  if (typeof value !== 'object' || value === null) return 0;
  const own = 'image_url' in value ? 1 : 0;
  return Object.values(value).reduce((sum, one) => sum + imagesIn(one), own);
}

/** Never in the middle of a pair of surrogates. */
function cut(text: string): readonly string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    let to = Math.min(from + LONGEST, text.length);
    if (to < text.length && /[\ud800-\udbff]/.test(text.charAt(to - 1))) to--;
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}
