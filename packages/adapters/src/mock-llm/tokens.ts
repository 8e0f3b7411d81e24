/** How many characters the mock takes for one token. */
export const CHARACTERS_A_TOKEN = 4;

/** Tokens of a text by the mock's measure: its characters (UTF-16 units) over 4, rounded up. */
export function tokensOf(characters: number): number {
  return Math.ceil(characters / CHARACTERS_A_TOKEN);
}

/** Cuts a text into tokens as they are streamed, `each` in a piece; none ends inside a surrogate pair. */
export function* tokenPieces(text: string, each = 1): Iterable<string> {
  let from = 0;
  while (from < text.length) {
    let to = from + CHARACTERS_A_TOKEN * each;
    if (isHighSurrogate(text.charCodeAt(to - 1))) to++;
    yield text.slice(from, to);
    from = to;
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
