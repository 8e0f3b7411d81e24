/** A line with a box that a person would take for something to do. */
export interface BoxLine {
  /** From 1. */
  readonly line: number;
  /** It begins with an id such as `T001`. */
  readonly task: boolean;
}

const BOX = /^\s*(?:[-*+]|\d+[.)])\s+\[[ xX]\]\s+(.*)$/;
const TASK_ID = /^(?:\*\*)?`?T\d{3,}\b/;
const FENCE = /^\s*(?:```|~~~)/;

/**
 * Finds them by its own simple rules, so that a reader is judged by something that shares no code with it. Lines in
 * code blocks and in HTML comments do not count.
 */
export function boxLines(text: string): readonly BoxLine[] {
  const found: BoxLine[] = [];
  let inCode = false;
  let inComment = false;
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (FENCE.test(line)) inCode = !inCode;
    const words = BOX.exec(line)?.[1];
    if (words !== undefined && !inCode && !inComment) {
      found.push({ line: index + 1, task: TASK_ID.test(words) });
    }
    inComment = leavesOpen(line, inComment);
  }
  return found;
}

function leavesOpen(line: string, open: boolean): boolean {
  const begun = line.lastIndexOf('<!--');
  const ended = line.lastIndexOf('-->');
  return begun === -1 && ended === -1 ? open : begun > ended;
}
