import { ConfigError } from '../errors/config-error.ts';

/** One piece of a limit's text; `at` is its UTF-16 offset. */
export interface LimitToken {
  readonly kind: 'number' | 'word' | 'sign' | 'end';
  /** Numbers without their separators. */
  readonly text: string;
  readonly at: number;
}

/** The text of a limit in pieces, read from left to right. */
export interface LimitReader {
  peek(): LimitToken;
  /** Takes the next piece; the end stays where it is. */
  next(): LimitToken;
  /** Takes the next piece when it is one of these words or signs. */
  take(...texts: readonly string[]): LimitToken | undefined;
  /** Takes as much of the text as a pattern finds at the next piece. */
  takeText(pattern: RegExp): LimitToken | undefined;
  /** The error that points at a piece. */
  wrong(token: LimitToken, problem: string): ConfigError;
}

/** Longer texts are no limits. */
const MAX_LENGTH = 200;

const TOKEN =
  /(?<number>(?:(?:\d{1,3}(?:[,_]\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)(?:e[+-]?\d{1,3}(?![a-z\d]))?)|(?<word>[a-z]+(?:-[a-z]+)*)|(?<sign>\S)/giu;

/** Takes a limit's text apart. Throws `ConfigError` (`config.limit`) for a text over 200 characters. */
export function readLimit(text: string): LimitReader {
  if (text.length > MAX_LENGTH) {
    throw new ConfigError(
      'config.limit',
      `A limit has at most ${MAX_LENGTH} characters, and this one has ${text.length}: ${text.slice(0, 40)}…`,
    );
  }
  const tokens = tokensOf(text);
  const end: LimitToken = { kind: 'end', text: '', at: text.trimEnd().length };
  let position = 0;
  const peek = (): LimitToken => tokens[position] ?? end;
  const next = (): LimitToken => {
    const token = peek();
    position += 1;
    return token;
  };
  return {
    peek,
    next,
    take: (...texts) => (texts.includes(peek().text.toLowerCase()) ? next() : undefined),
    takeText: (pattern) => {
      const { at } = peek();
      const found = pattern.exec(text.slice(at));
      if (found?.index !== 0) return undefined;
      const [taken] = found;
      while (peek().kind !== 'end' && peek().at < at + taken.length) position += 1;
      return { kind: 'word', text: taken, at };
    },
    wrong: (token, problem) => wrongAt(text, token.at, problem),
  };
}

function tokensOf(text: string): readonly LimitToken[] {
  return [...text.matchAll(TOKEN)].map(({ index, groups = {} }) => {
    const { number, word, sign = '' } = groups;
    if (number !== undefined) {
      return { kind: 'number', text: number.replaceAll(/[,_]/g, ''), at: index };
    }
    return word === undefined
      ? { kind: 'sign', text: sign, at: index }
      : { kind: 'word', text: word, at: index };
  });
}

function wrongAt(text: string, at: number, problem: string): ConfigError {
  const line = text.replaceAll(/\s/g, ' ');
  return new ConfigError(
    'config.limit',
    `The limit ${JSON.stringify(text)} is wrong at column ${at + 1}: ${problem}\n  ${line}\n  ${' '.repeat(at)}^`,
  );
}
