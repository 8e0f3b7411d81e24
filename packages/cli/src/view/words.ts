/** A time span for people: `0.4 s`, `12 s`, `3 min`. */
export function span(ms: number): string {
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/** Micro-dollars as dollars, with as many digits as are worth something. */
export function dollars(microUsd: number): string {
  const usd = microUsd / 1_000_000;
  return `$${usd.toFixed(usd >= 1 ? 2 : 4)}`;
}

/** A count with thousands set apart. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** Cuts text to a width in UTF-16 units; what is cut shows as `…`. */
export function cut(text: string, width: number): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}

/** What models and tools wrote must not move the cursor or colour the screen. */
export function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}
