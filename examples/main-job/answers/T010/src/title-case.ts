const small: ReadonlySet<string> = new Set(
  'a an and as at but by for from if in nor of on or the to up via with'.split(' '),
);

/**
 * Writes a heading in English title case: every word with a capital, but for short articles, conjunctions and
 * prepositions inside a clause. Words that have a capital inside (`iPhone`, `NASA`) and all space stay as they are.
 */
export function titleCase(text: string): string {
  const words = [...text.matchAll(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’]*/gu)];
  let result = '';
  let from = 0;
  words.forEach((match, index) => {
    const [word] = match;
    const before = text.slice(from, match.index);
    const isEdge = index === 0 || index === words.length - 1 || /[:.!?]\s/.test(before);
    result += before + (isEdge ? capital(word) : inner(word));
    from = match.index + word.length;
  });
  return result + text.slice(from);
}

function inner(word: string): string {
  return small.has(word.toLowerCase()) ? word.toLowerCase() : capital(word);
}

function capital(word: string): string {
  if (/.\p{Lu}/u.test(word)) return word;
  const [first = '', ...rest] = word;
  return first.toUpperCase() + rest.join('');
}
