/** What a scripted model says: the first rule whose condition holds is followed to its last letter. */
export interface ScriptRule {
  /** A Jinja condition on `messages`, `tools` and `p`, the last message; without one the rule always holds. */
  readonly when?: string;
  /** Pieces that no token may cross. */
  readonly say: readonly string[];
  /** Begins again when it has ended, for ever. */
  readonly forever?: boolean;
}

/** Cuts characters into tokens of 2 to 9 that are in use nowhere yet. Throws `Error` where that cannot be done. */
export function cutUniquely(
  characters: readonly string[],
  isTaken: (piece: string) => boolean,
): readonly string[] {
  const pieces = cutFrom(characters, 0, isTaken, new Set());
  if (pieces === undefined) throw new Error(`cannot be cut uniquely: ${characters.join('')}`);
  return pieces;
}

function cutFrom(
  characters: readonly string[],
  at: number,
  isTaken: (piece: string) => boolean,
  mine: Set<string>,
): readonly string[] | undefined {
  if (at === characters.length) return [];
  for (let length = 2; length <= 9 && at + length <= characters.length; length++) {
    const piece = characters.slice(at, at + length).join('');
    if (isTaken(piece) || mine.has(piece)) continue;
    mine.add(piece);
    const rest = cutFrom(characters, at + length, isTaken, mine);
    if (rest !== undefined) return [piece, ...rest];
    mine.delete(piece);
  }
  return undefined;
}

/** The part of a chat template that writes the control token of the first rule that holds. */
export function ruleChoice(rules: readonly ScriptRule[]): string {
  if (rules.length === 0) return '';
  const branches = rules.map(
    ({ when }, index) => `{%- ${index === 0 ? 'if' : 'elif'} ${when ?? 'true'} %}<|rule${index}|>`,
  );
  return `${branches.join('')}{%- endif %}`;
}

/** Numbers from 0 to 1, always the same for a seed (mulberry32). */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
