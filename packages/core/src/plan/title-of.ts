/** The most characters of a title that is made from a text. */
const LENGTH = 80;

/** The first line of a text as a title: at most 80 characters, cut between words where that is possible. Empty for a blank text. */
export function titleOf(text: string): string {
  const all = text.trim();
  const end = all.indexOf('\n');
  const line = end < 0 ? all : all.slice(0, end).trimEnd();
  if (line.length <= LENGTH) return line;
  const start = line.slice(0, LENGTH - 1);
  const space = start.lastIndexOf(' ');
  // Half of a surrogate pair is no character.
  const cut = space > LENGTH / 2 ? start.slice(0, space) : start.replace(/[\uD800-\uDBFF]$/, '');
  return `${cut}…`;
}
