const HASH_LENGTH = 64;

/**
 * Every place in a text that may be the hash of a blob: 64 hex digits, wherever they begin, for an escape such as `\b` before them
 * ends in one too.
 */
export function* hashesIn(text: string): Generator<string> {
  for (const [digits] of text.matchAll(/[0-9a-f]{64,}/gi)) {
    const lower = digits.toLowerCase();
    for (let at = 0; at + HASH_LENGTH <= lower.length; at++) {
      yield lower.slice(at, at + HASH_LENGTH);
    }
  }
}
