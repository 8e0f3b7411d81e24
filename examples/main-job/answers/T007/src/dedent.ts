/**
 * Takes away the indent that all lines with text share, so that a literal in code can be indented like the code.
 * A first and a last line without text go too, blank lines lose their spaces, and every line break becomes LF.
 * Tabs and spaces are never taken for one another.
 */
export function dedent(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => (line.trim() === '' ? '' : line));
  if (lines[0] === '') lines.shift();
  if (lines.at(-1) === '') lines.pop();
  const indents = lines.filter((line) => line !== '').map(indentOf);
  const shared = indents.reduce(commonStart, indents[0] ?? '');
  const result = lines.map((line) => line.slice(shared.length));
  return indents.length === 0 ? '' : result.join('\n');
}

function indentOf(line: string): string {
  return line.slice(0, line.length - line.trimStart().length);
}

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
