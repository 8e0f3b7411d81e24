import { tokenPieces } from './tokens.ts';
import { hashOf } from './vector.ts';

/** A token: a piece of text, and its id from 0 to 2³² − 1, which is a function of the piece. */
export interface Token {
  readonly id: number;
  readonly piece: string;
}

/** The tokens that a service has told of. */
export interface Vocabulary {
  /** The tokens of a text by the mock's measure, remembered from then on. */
  tokensOf(text: string): readonly Token[];
  /** The text of tokens; `undefined` where one of them was never told of, or too long ago. */
  textOf(ids: readonly unknown[]): string | undefined;
}

/** A vocabulary of the newest 100,000 tokens. */
export function createVocabulary(): Vocabulary {
  const pieces = new Map<number, string>();
  return {
    tokensOf: (text) =>
      Array.from(tokenPieces(text), (piece) => {
        const id = tokenIdOf(piece);
        pieces.delete(id);
        pieces.set(id, piece);
        const [oldest] = pieces.keys();
        if (pieces.size > MOST_KEPT && oldest !== undefined) pieces.delete(oldest);
        return { id, piece };
      }),
    textOf(ids) {
      const found = ids.map((id) => (typeof id === 'number' ? pieces.get(id) : undefined));
      return found.includes(undefined) ? undefined : found.join('');
    },
  };
}

/** The id of a token. */
export function tokenIdOf(piece: string): number {
  return hashOf(piece);
}

const MOST_KEPT = 100_000;
