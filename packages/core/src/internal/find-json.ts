/** What was found when a JSON object was looked for in a model's answer. */
export type FoundJson =
  | { readonly kind: 'found'; readonly value: object }
  /** Something like an object is there that is no JSON; `because` says why not, in one line. */
  | { readonly kind: 'broken'; readonly because: string }
  | { readonly kind: 'absent' };

/**
 * The JSON object with a certain field that a model's answer holds, alone or with words, braces and Markdown fences
 * around it; the last of several. Where no object has the field, the first one that is there; objects within others
 * are not looked for. Never throws.
 */
export function findJson(answer: string, field: string): FoundJson {
  const found = [...pieces(answer)];
  const read = found.flatMap((piece) => ('value' in piece ? [piece] : []));
  const wanted = read.findLast(({ value }) => Object.hasOwn(value, field));
  if (wanted !== undefined) return { kind: 'found', value: wanted.value };
  const [other] = read;
  // The longest is the likeliest to be what was asked for; what could be read may be a part of it.
  const [broken] = found
    .flatMap((piece) => ('value' in piece ? [] : [piece]))
    .sort((a, b) => b.length - a.length);
  if (broken !== undefined && broken.length > (other?.length ?? 0)) {
    return { kind: 'broken', because: broken.because };
  }
  return other === undefined ? { kind: 'absent' } : { kind: 'found', value: other.value };
}

/** Objects without an end or a right form that are looked at. */
const MOST_BROKEN = 100;

interface Read {
  readonly length: number;
  readonly value: object;
}

interface Broken {
  readonly length: number;
  readonly because: string;
}

/** All that begins like an object, in order, but for what is in an object that was read. */
function* pieces(answer: string): Generator<Read | Broken, void, undefined> {
  let next = 0;
  let failures = 0;
  for (const { index } of answer.matchAll(/\{\s*["}]/g)) {
    if (index < next) continue;
    const piece = readObject(answer, index);
    yield piece;
    if ('value' in piece) next = index + piece.length;
    else failures += 1;
    if (failures === MOST_BROKEN) return;
  }
}

function readObject(answer: string, begin: number): Read | Broken {
  const end = endOfObject(answer, begin);
  if (end === undefined) {
    const because = 'it ends before its last brace; it may have been cut off';
    return { length: answer.length - begin, because };
  }
  try {
    return { length: end - begin, value: JSON.parse(answer.slice(begin, end)) as object };
  } catch (error) {
    const because = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');
    return { length: end - begin, because };
  }
}

/** Behind the brace that closes the one at `begin`; `undefined` when none does. */
function endOfObject(text: string, begin: number): number | undefined {
  let depth = 0;
  for (let at = begin; at < text.length; at++) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at);
    else if (char === '{') depth += 1;
    else if (char === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

/** Where the string that begins at `begin` has its last quote. */
function endOfString(text: string, begin: number): number {
  for (let at = begin + 1; at < text.length; at++) {
    const char = text[at];
    if (char === '"') return at;
    if (char === '\\') at += 1;
  }
  return text.length;
}
