import type { Answer } from './answer.ts';
import { tokenPieces } from './tokens.ts';

/** An answer's text, token by token or some at a time; without end where the answer is endless. */
export function* textPieces({ text, endless, tokensPerPiece }: Answer): Iterable<string> {
  do yield* tokenPieces(text, tokensPerPiece);
  while (endless && text !== '');
}
