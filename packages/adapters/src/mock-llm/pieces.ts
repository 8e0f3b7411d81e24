import type { Answer } from './answer.ts';
import { tokenPieces } from './tokens.ts';

/** An answer's text, token by token; without end where the answer is endless. */
export function* textPieces({ text, endless }: Answer): Iterable<string> {
  do yield* tokenPieces(text);
  while (endless && text !== '');
}
