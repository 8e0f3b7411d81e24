/** Numbers in [0, 1) that depend on the seed alone: Marsaglia's 32-bit xorshift (13, 17, 5). */
export function createRandom(seed: number): () => number {
  // The golden ratio spreads neighbouring seeds; xorshift never leaves 0, so 0 is no state.
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return state / 2 ** 32;
  };
}
