const FNV_OFFSET = 2_166_136_261;
const FNV_PRIME = 16_777_619;

/** The 32-bit FNV-1a hash of a text's UTF-16 units. */
export function hashOf(text: string): number {
  let state = FNV_OFFSET;
  for (let at = 0; at < text.length; at++) state = stepped(state, text.charCodeAt(at));
  return state;
}

/** A vector of length 1 that is a function of the text: its hash, stepped on once a dimension. */
export function vectorOf(text: string, length: number): readonly number[] {
  let state = hashOf(text);
  const raw = Array.from({ length }, (_, index) => {
    state = stepped(state, index + 1);
    return state / 2 ** 31 - 1;
  });
  const norm = Math.hypot(...raw) || 1;
  return raw.map((value) => Math.fround(value / norm));
}

/** A vector as 32-bit floats, in base64. */
export function base64Of(vector: readonly number[]): string {
  return Buffer.from(new Float32Array(vector).buffer).toString('base64');
}

function stepped(state: number, unit: number): number {
  return Math.imul(state ^ unit, FNV_PRIME) >>> 0;
}
