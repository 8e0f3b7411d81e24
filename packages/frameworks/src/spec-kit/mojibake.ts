/** The characters that Windows-1252 has where Unicode has control characters. */
const upper = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const suspicious = /â€|âœ|ðŸ|â†|Ã[\u0080-\u00bf]/;

/** Whether a text looks like UTF-8 that somebody read as Windows-1252 (`âœ…` for `✅`). */
export function isMojibake(text: string): boolean {
  return suspicious.test(text);
}

/** The text as it was meant, or as it is when it cannot be told. For reading only: never written back. */
export function decodeMojibake(text: string): string {
  if (!isMojibake(text)) return text;
  const bytes: number[] = [];
  for (const symbol of text) {
    const high = upper.indexOf(symbol);
    const code = high === -1 ? (symbol.codePointAt(0) ?? 0) : 0x80 + high;
    if (code > 0xff) return text;
    bytes.push(code);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(bytes));
  } catch {
    return text;
  }
}
