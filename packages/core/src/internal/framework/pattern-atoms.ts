/** One thing in a regular expression that matches a character, with its quantifier. */
export interface PatternAtom {
  /** Its source, without the quantifier. */
  readonly source: string;
  /** Can match in more than one way: it or the group that it opens has a quantifier with a choice. */
  varies: boolean;
  /** Index of the first atom behind what varies: behind this one, or behind the group that it opens. */
  end: number;
  /** Whatever passes its place matches at least one character with it. */
  readonly certain: boolean;
  /** The optional groups and branches around it, which a match may not pass at all. */
  readonly within: string[];
}

/** A regular expression taken apart: each alternative at the top as a flat list, or why it is refused. */
export type PatternParts =
  | { readonly kind: 'parts'; readonly alternatives: readonly (readonly PatternAtom[])[] }
  | { readonly kind: 'refused'; readonly because: string };

/** Different ways through the alternations of groups; more than this many could each be tried in turn. */
const mostBranches = 64;

/**
 * Takes the source of a valid regular expression apart (flags of `imsu`). Refuses what can take exponential time:
 * a repeated group with a choice inside, back references, many alternations in a row.
 */
export function patternAtoms(source: string): PatternParts {
  const reader: Reader = { source, at: 0, atoms: [], done: [], groups: [], branches: 1 };
  while (reader.at < source.length) {
    const because = readOne(reader);
    if (because !== undefined) return { kind: 'refused', because };
  }
  if (reader.branches > mostBranches) {
    return { kind: 'refused', because: 'it has too many alternations' };
  }
  return { kind: 'parts', alternatives: [...reader.done, reader.atoms] };
}

interface Group {
  readonly looks: boolean;
  /** Where each of its alternatives starts in `atoms`. */
  readonly starts: number[];
  varies: boolean;
}

interface Reader {
  readonly source: string;
  at: number;
  atoms: PatternAtom[];
  readonly done: PatternAtom[][];
  readonly groups: Group[];
  branches: number;
}

const opening = /\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?/y;
const escaped = /\\(?:u\{[^}]*\}|u[0-9a-f]{4}|x[0-9a-f]{2}|p\{[^}]*\}|c[a-z]|.)/isy;
const charClass = /\[(?:\\.|[^\]\\])*\]/sy;
const quantifier = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y;

function readOne(reader: Reader): string | undefined {
  switch (reader.source[reader.at]) {
    case '(':
      openGroup(reader);
      return undefined;
    case ')':
      return closeGroup(reader);
    case '|':
      nextAlternative(reader);
      return undefined;
    case '^':
    case '$':
      reader.at++;
      return undefined;
    case '\\':
      return readEscape(reader);
    case '[':
      addAtom(reader, take(reader, charClass) ?? '');
      return undefined;
    default: {
      const symbol = String.fromCodePoint(reader.source.codePointAt(reader.at) ?? 0);
      reader.at += symbol.length;
      addAtom(reader, symbol);
      return undefined;
    }
  }
}

function openGroup(reader: Reader): void {
  const text = take(reader, opening) ?? '';
  const looks = /^\(\?<?[=!]/.test(text);
  reader.groups.push({ looks, starts: [reader.atoms.length], varies: false });
}

function closeGroup(reader: Reader): string | undefined {
  reader.at++;
  const group = reader.groups.pop();
  const repeat = readRepeat(reader);
  if (group === undefined) return 'its groups do not match';
  const chooses = group.varies || group.starts.length > 1;
  if (repeat.most > 1 && chooses)
    return 'a repeated group has a choice inside (nested quantifiers)';
  const varies = repeat.least !== repeat.most;
  markAtoms(reader, group, varies, repeat.least === 0);
  reader.branches *= group.starts.length;
  const outer = reader.groups.at(-1);
  if (outer !== undefined) outer.varies ||= chooses || varies;
  return undefined;
}

/** The first atom of a group stands for the choice of how often the group repeats. */
function markAtoms({ atoms, at }: Reader, group: Group, varies: boolean, optional: boolean): void {
  const [start = 0] = group.starts;
  const first = atoms[start];
  if (first !== undefined && varies) {
    first.varies = true;
    first.end = atoms.length;
  }
  if (!optional && !group.looks && group.starts.length === 1) return;
  for (let i = start; i < atoms.length; i++) {
    const branch = group.starts.filter((begin) => begin <= i).length;
    atoms[i]?.within.push(`${at}.${branch}`);
  }
}

function nextAlternative(reader: Reader): void {
  reader.at++;
  const group = reader.groups.at(-1);
  if (group !== undefined) {
    group.starts.push(reader.atoms.length);
    return;
  }
  reader.done.push(reader.atoms);
  reader.atoms = [];
}

function readEscape(reader: Reader): string | undefined {
  const text = take(reader, escaped) ?? '';
  if (/^\\[1-9k]/.test(text)) return 'it has a back reference';
  if (text !== '\\b' && text !== '\\B') addAtom(reader, text);
  return undefined;
}

function addAtom(reader: Reader, source: string): void {
  const { least, most } = readRepeat(reader);
  const varies = least !== most;
  const end = reader.atoms.length + 1;
  reader.atoms.push({ source, varies, end, certain: least > 0, within: [] });
  const group = reader.groups.at(-1);
  if (group !== undefined && varies) group.varies = true;
}

function readRepeat(reader: Reader): { readonly least: number; readonly most: number } {
  quantifier.lastIndex = reader.at;
  const match = quantifier.exec(reader.source);
  if (match === null) return { least: 1, most: 1 };
  reader.at = quantifier.lastIndex;
  const [, symbol, least, comma, most] = match;
  if (symbol !== undefined) {
    return { least: symbol === '+' ? 1 : 0, most: symbol === '?' ? 1 : Number.POSITIVE_INFINITY };
  }
  const low = Number(least);
  if (comma === undefined) return { least: low, most: low };
  return { least: low, most: most === '' ? Number.POSITIVE_INFINITY : Number(most) };
}

function take(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  const text = pattern.exec(reader.source)?.[0];
  reader.at += text?.length ?? 1;
  return text;
}
