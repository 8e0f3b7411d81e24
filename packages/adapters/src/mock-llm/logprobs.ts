import { tokenPieces } from './tokens.ts';
import { hashOf } from './vector.ts';

/** How likely a token was: the natural logarithm of its chance. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  /** In UTF-8. */
  readonly bytes: number[];
}

/** How likely a token was that was said, and the likeliest ones there, itself the first. */
export interface SaidLogprob extends TokenLogprob {
  readonly top_logprobs: TokenLogprob[];
}

/** The chances of each token of a text, as OpenAI and Ollama tell them: a function of the token, with `top` of the likeliest. */
export function logprobsOf(text: string, top: number): SaidLogprob[] {
  return Array.from(tokenPieces(text), (piece) => {
    const chance = LEAST_CHANCE + ((hashOf(piece) % 1000) / 1000) * (1 - LEAST_CHANCE);
    const said = logprob(piece, chance);
    const others = Array.from({ length: Math.max(0, top - 1) }, (_, index) =>
      // Each takes half of what is left, so that together they are no more than sure.
      logprob(`~${index + 1}`, (1 - chance) / 2 ** (index + 1)),
    );
    return { ...said, top_logprobs: top === 0 ? [] : [said, ...others] };
  });
}

/** What is said is always the likeliest. */
const LEAST_CHANCE = 0.6;

function logprob(token: string, chance: number): TokenLogprob {
  return { token, logprob: Math.log(chance), bytes: [...Buffer.from(token)] };
}
