const MOST = 160;

/**
 * A finding as a pattern: paths, names in quotes and numbers become placeholders, so that the same fault in two places
 * is one. At most 160 characters, one line. Pure.
 */
export function normaliseFinding({
  code,
  message,
}: {
  readonly code?: string;
  readonly message: string;
}): string {
  const text = message
    .slice(0, 4 * MOST)
    .replace(/(["'`])[^"'`]{1,200}\1/g, '…')
    .replace(/(?:[\w.-]+)?(?:\/[\w.-]+)+/g, '…')
    .replace(/\d+(?:[.,:]\d+)*/g, '#')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  const pattern = code === undefined ? text : `${code}: ${text}`;
  return pattern.length > MOST ? `${pattern.slice(0, MOST - 1)}…` : pattern;
}
