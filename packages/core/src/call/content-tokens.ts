/**
 * The tokens of a request that its answer hangs on, in order. Only what cannot change the answer is left out or made
 * equal: a "please" and its kin, contractions, number words that count something, capitals at the start of a sentence,
 * the last full stop, two spellings of a word and very few words of one meaning. Numbers with their signs and units,
 * negations, names, identifiers, paths, code, line breaks and every other word stay as they are: what is not known to be
 * harmless is content.
 */
export function contentTokens(text: string): readonly string[] {
  const tokens: string[] = [];
  let startsSentence = true;
  for (const [raw] of text.trim().normalize('NFC').replaceAll(/[’‘]/g, "'").matchAll(TOKEN)) {
    const isPlain = /^[\p{L}'-]+$/u.test(raw);
    if (isPlain) tokens.push(...wordsOf(raw, startsSentence));
    else tokens.push(raw);
    startsSentence = /^[.:!?\n]/.test(raw);
  }
  return withoutPoliteness(
    tokens
      .map((token, at) => countOf(token, tokens[at + 1]))
      .filter((token, at) => !isFrill(token, tokens[at + 1])),
  );
}

/** A line break with its indent; code in backquotes; quoted text; a run of what is neither space nor a mark; marks. */
const TOKEN =
  /\n[ \t]*|`+[^`]*`+|"[^"]*"|[^\s.,;:!?"`()]+(?:[.,:!?][^\s.,;:!?"`()]+)*[%°]?|[.,;:!?]+|["`()]/gu;

/** A word in its plain form; what is not written small is a name, but for the first word of a sentence. */
function wordsOf(raw: string, startsSentence: boolean): readonly string[] {
  const isCapitalised = /^\p{Lu}\p{Ll}*(?:'\p{Ll}+)?$/u.test(raw);
  const word = startsSentence && isCapitalised ? raw.toLowerCase() : raw;
  if (word !== word.toLowerCase()) return [word];
  return (CONTRACTIONS.get(word) ?? [word]).map((each) => EQUALS.get(each) ?? each);
}

/** A number word becomes its number before what it counts; elsewhere it may be meant as a word. */
function countOf(token: string, next = ''): string {
  const number = NUMBERS.get(token);
  const counts = /^\p{Ll}{2,}[^s\P{Ll}]s$/u.test(next) && !NO_PLURALS.has(next);
  return number !== undefined && counts ? number : token;
}

function isFrill(token: string, next: string | undefined): boolean {
  if (token === ',') return next === 'and' || next === 'or';
  return next === undefined && (token === '.' || token === '!');
}

/** Drops what is polite where it opens or closes; the mark of a question goes where its words say that it is one. */
function withoutPoliteness(tokens: readonly string[]): readonly string[] {
  let left = tokens;
  let isAsked = QUESTIONS.has(left[0] ?? '');
  for (let before = -1; before !== left.length; ) {
    before = left.length;
    const opened = withoutOpening(left);
    isAsked ||= opened.length < left.length;
    left = withoutMarks(withoutClosing(opened), isAsked);
  }
  return left;
}

function withoutOpening(tokens: readonly string[]): readonly string[] {
  const phrase = OPENINGS.find((words) => isAt(tokens, words, 0));
  return phrase === undefined ? tokens : tokens.slice(phrase.length);
}

function withoutClosing(tokens: readonly string[]): readonly string[] {
  const phrase = CLOSINGS.find((words) => isAt(tokens, words, tokens.length - words.length));
  return phrase === undefined ? tokens : tokens.slice(0, -phrase.length);
}

function withoutMarks(tokens: readonly string[], isAsked: boolean): readonly string[] {
  const [first = ''] = tokens;
  const last = tokens.at(-1) ?? '';
  const from = PAUSES.has(first) ? 1 : 0;
  const cutLast = PAUSES.has(last) || (isAsked && last === '?');
  return tokens.slice(from, cutLast ? -1 : undefined);
}

/** Whether a phrase stands there, and something beside it. */
function isAt(tokens: readonly string[], phrase: readonly string[], start: number): boolean {
  if (phrase.length >= tokens.length) return false;
  return phrase.every((word, at) => tokens[start + at] === word);
}

const PAUSES: ReadonlySet<string> = new Set([',', '.']);

const NO_PLURALS: ReadonlySet<string> = new Set([
  'does',
  'this',
  'always',
  'perhaps',
  'its',
  'thus',
]);

const QUESTIONS: ReadonlySet<string> = new Set([
  'what',
  'why',
  'how',
  'when',
  'where',
  'which',
  'who',
]);

/** What is said before a wish. A bare "can you" may ask whether one can. */
const OPENINGS: readonly (readonly string[])[] = [
  'please',
  'kindly',
  'could you please',
  'can you please',
  'would you please',
  'i want you to',
  'i need you to',
  'i would like you to',
].map(split);

/** What is said behind one, after a pause: without it, it may be what is asked for. */
const CLOSINGS: readonly (readonly string[])[] = [
  ', please',
  ', thanks',
  '. thanks',
  ', thank you',
  '. thank you',
].map(split);

const CONTRACTIONS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    "don't": 'do not',
    "doesn't": 'does not',
    "didn't": 'did not',
    "isn't": 'is not',
    "aren't": 'are not',
    "wasn't": 'was not',
    "weren't": 'were not',
    "can't": 'cannot',
    "couldn't": 'could not',
    "won't": 'will not',
    "wouldn't": 'would not',
    "shouldn't": 'should not',
    "mustn't": 'must not',
    "haven't": 'have not',
    "hasn't": 'has not',
    "hadn't": 'had not',
    "it's": 'it is',
    "that's": 'that is',
    "what's": 'what is',
    "where's": 'where is',
    "who's": 'who is',
    "how's": 'how is',
    "there's": 'there is',
    "i'm": 'i am',
    "you're": 'you are',
    "we're": 'we are',
    "they're": 'they are',
  }).map(([word, words]) => [word, split(words)]),
);

/** Words of one meaning in a request, each with the one that stands for it. No noun that has another sense. */
const EQUALS: ReadonlyMap<string, string> = new Map(
  [
    'summarise summarize',
    'organise organize',
    'optimise optimize',
    'analyse analyze',
    'normalise normalize',
    'initialise initialize',
    'serialise serialize',
    'categorise categorize',
    'colour color',
    'behaviour behavior',
    'centre center',
    'licence license',
    'catalogue catalog',
    'fix repair',
    'enumerate list',
    'an a',
  ].map((pair): [string, string] => {
    const [from = '', to = ''] = split(pair);
    return [from, to];
  }),
);

const NUMBERS: ReadonlyMap<string, string> = new Map(
  [
    'zero',
    'one',
    'two',
    'three',
    'four',
    'five',
    'six',
    'seven',
    'eight',
    'nine',
    'ten',
    'eleven',
    'twelve',
  ].map((word, number) => [word, String(number)]),
);

function split(words: string): readonly string[] {
  return words.split(' ');
}
