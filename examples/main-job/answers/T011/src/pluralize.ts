const irregular: Readonly<Record<string, string>> = {
  child: 'children',
  foot: 'feet',
  goose: 'geese',
  man: 'men',
  mouse: 'mice',
  ox: 'oxen',
  person: 'people',
  quiz: 'quizzes',
  tooth: 'teeth',
  woman: 'women',
};

/** The first pattern that fits a word decides; a word that fits none gets an `s`. */
const rules: readonly (readonly [RegExp, string])[] = [
  [/^(aircraft|deer|fish|offspring|series|sheep|species)$/, '$1'],
  [/^(analy|ba|cri|diagno|hypothe|the)sis$/, '$1ses'],
  [/^(cal|el|hal|kni|lea|li|loa|scar|sel|shea|shel|thie|wi|wol)fe?$/, '$1ves'],
  [/^(echo|hero|potato|tomato|torpedo|veto)$/, '$1es'],
  [/([^aeiou]|qu)y$/, '$1ies'],
  [/(s|x|z|ch|sh)$/, '$1es'],
];

/**
 * Gives the English plural of a word, or of the last word of a phrase, in the same case. With a count of exactly 1 the
 * word stays as it is. Words that it does not know follow the rules of spelling.
 */
export function pluralize(word: string, count?: number): string {
  if (count === 1) return word;
  return word.replace(/\p{L}+$/u, (last) => likeCase(last, pluralOf(last.toLowerCase())));
}

function pluralOf(word: string): string {
  const known = Object.hasOwn(irregular, word) ? irregular[word] : undefined;
  if (known !== undefined) return known;
  const rule = rules.find(([pattern]) => pattern.test(word));
  return rule === undefined ? `${word}s` : word.replace(...rule);
}

function likeCase(model: string, word: string): string {
  if (model.length > 1 && model === model.toUpperCase()) return word.toUpperCase();
  const first = model.charAt(0);
  return first === first.toLowerCase() ? word : first + word.slice(1);
}
