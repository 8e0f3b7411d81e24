/** A window on a text: the lines it holds, and where to read on when it ends early. */
export interface TextWindow {
  readonly text: string;
  /** 1-based, of the last line that is shown, in part or whole. */
  readonly toLine: number;
  readonly totalLines: number;
  /** 1-based line and column of what follows; absent at the end of the text. */
  readonly next?: { readonly line: number; readonly column: number };
}

/** Where a window starts and how much it may show. */
export interface WindowRequest {
  readonly line: number;
  readonly column: number;
  readonly lines: number;
  readonly maxBytes: number;
}

/** Cuts a window out of a text: whole lines where one fits, else a part of one line, never half a character. */
export function cutText(text: string, request: WindowRequest): TextWindow {
  const starts = lineStarts(text);
  const totalLines = starts.length;
  const from = Math.min(
    (starts[request.line - 1] ?? text.length) + request.column - 1,
    text.length,
  );
  const wanted = starts[request.line - 1 + request.lines] ?? text.length;
  const end = Math.max(from, fit(text, from, wanted, request.maxBytes, starts));
  const toLine = Math.max(request.line, lineAt(starts, Math.max(from, end - 1)));
  if (end >= text.length) return { text: text.slice(from), toLine, totalLines };
  const line = lineAt(starts, end);
  const column = end - (starts[line - 1] ?? 0) + 1;
  return { text: text.slice(from, end), toLine, totalLines, next: { line, column } };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (at + 1 < text.length) starts.push(at + 1);
  }
  return starts;
}

/** The largest end at or before `to` that keeps within `maxBytes`: a line's end if there is one. */
function fit(
  text: string,
  from: number,
  to: number,
  maxBytes: number,
  starts: readonly number[],
): number {
  const bytes = Buffer.from(text.slice(from, to));
  if (bytes.length <= maxBytes) return to;
  let cut = maxBytes;
  while (cut > 0 && ((bytes[cut] ?? 0) & 0xc0) === 0x80) cut--;
  const end = from + bytes.subarray(0, cut).toString().length;
  const lineStart = starts[lineAt(starts, end) - 1] ?? 0;
  return lineStart > from ? lineStart : end;
}

/** 1-based line of an offset, by halving. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
