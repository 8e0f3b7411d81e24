/** Finds the lines of a text that match. */
export interface LineMatcher extends AsyncDisposable {
  /** 1-based numbers and texts of at most `limit` matching lines. Rejects with `ToolError` when the pattern takes too long. */
  match(text: string, limit: number): Promise<readonly MatchedLine[]>;
}

/** One matching line, cut to a readable length. */
export interface MatchedLine {
  readonly line: number;
  readonly text: string;
}

/** A longer line is shown in part. */
export const LINE_LIMIT = 300;

/** Matches lines that hold `wanted` as it stands. */
export function literalMatcher(wanted: string, ignoreCase: boolean): LineMatcher {
  const needle = ignoreCase ? wanted.toLowerCase() : wanted;
  return {
    match: async (text, limit) => {
      const plain = ignoreCase ? text.toLowerCase() : text;
      return plain.includes(needle) ? byLine(text, needle, ignoreCase, limit) : [];
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** Cuts a line around a match that starts at `at`. */
export function showLine(line: string, at: number): string {
  const plain = line.endsWith('\r') ? line.slice(0, -1) : line;
  if (plain.length <= LINE_LIMIT) return plain;
  const start = Math.max(0, Math.min(at - 100, plain.length - LINE_LIMIT));
  const part = plain.slice(start, start + LINE_LIMIT).toWellFormed();
  return `${start > 0 ? '…' : ''}${part}${start + LINE_LIMIT < plain.length ? '…' : ''}`;
}

function byLine(
  text: string,
  needle: string,
  ignoreCase: boolean,
  limit: number,
): readonly MatchedLine[] {
  const found: MatchedLine[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (found.length >= limit) break;
    const at = (ignoreCase ? line.toLowerCase() : line).indexOf(needle);
    if (at >= 0) found.push({ line: index + 1, text: showLine(line, at) });
  }
  return found;
}
