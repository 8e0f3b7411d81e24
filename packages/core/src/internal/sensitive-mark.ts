import { ConfigError } from '../errors/config-error.ts';
import type { Json } from '../spec/json.ts';

/** What stands in place of something that is sealed, for whoever does not hold the key. */
const SEALED = '[sealed]';

/**
 * Marks a part of a text that a host gives (an instruction, the context, the input of a step, an answer to a question) as
 * sensitive: models read it, tools are given it without the mark, and wherever the text is written down it is sealed. Needs the
 * option `sensitive`. Throws `ConfigError` `config.sensitive` for a text with one of the two brackets of marks in it.
 */
export function sensitive(text: string): string {
  if (/[⟦⟧]/.test(text)) {
    throw new ConfigError(
      'config.sensitive',
      'A text with "⟦" or "⟧" in it cannot be marked as sensitive: those brackets are the mark. Leave them out.',
    );
  }
  return `${MARK}${text}⟧`;
}

/** The value without marks, as whoever works with it wants it. The very value where there is none. */
export function unmarked<T extends Json>(value: T): T {
  return mapTexts(value, (text) => replaceMarks(text, (inner) => inner)) as T;
}

/** Whether a text in a value is marked. */
export function holdsMark(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(MARK);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(holdsMark);
}

/** The text with something in place of each part that is marked. */
export function replaceMarks(text: string, by: (inner: string) => string): string {
  if (!text.includes(MARK)) return text;
  // A text that was cut short in the middle of a mark holds a part of what is sensitive.
  return text.replace(/⟦sensitive: ([^⟦⟧]*)(?:⟧|$)/g, (_all, inner: string) => by(inner));
}

/** A text or a value with `[sealed]` for all that is sealed or marked in it. The very value where there is nothing. */
export function shown<T extends Json>(value: T): T {
  return mapTexts(value, shownText) as T;
}

/** What is sealed within texts: the id of the key, how it is to be put back, and the bytes. */
export const SEALED_SPAN: RegExp = /⟦sealed: ([\w.-]{1,64}) ([tjpw])([\w-]+)⟧/g;

/** A value with all its texts as `change` gives them, and keys as they are. The very value where nothing is changed. */
export function mapTexts(value: Json, change: (text: string) => Json): Json {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  let copy: Record<string, Json> | Json[] | undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    const next = mapTexts(inner, change);
    if (next === inner) continue;
    copy ??= Array.isArray(value) ? [...value] : { ...(value as Record<string, Json>) };
    Reflect.set(copy, key, next);
  }
  return copy ?? value;
}

const MARK = '⟦sensitive: ';
const SEALED_MARK = '⟦sealed: ';

function shownText(text: string): string {
  const without = replaceMarks(text, () => SEALED);
  if (!without.includes(SEALED_MARK)) return without;
  return without.replace(/⟦sealed: [^⟦⟧]*(?:⟧|$)/g, SEALED);
}
