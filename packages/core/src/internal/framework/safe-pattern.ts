import { ConfigError } from '../../errors/config-error.ts';
import { type PatternAtom, patternAtoms } from './pattern-atoms.ts';

/** A regular expression as a definition holds it. */
export interface PatternSource {
  readonly pattern: string;
  readonly flags?: string;
}

/** UTF-16 code units of a text that a pattern is matched against, at most. */
export const longestMatched: number = 16_384;
const longestPattern = 200;

const compiled = new WeakMap<PatternSource, RegExp>();

/** The compiled pattern, built once an object. Throws `ConfigError` `config.framework` when it is refused. */
export function compilePattern(source: PatternSource): RegExp {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const problem = patternProblem(source);
  if (problem !== undefined) throw new ConfigError('config.framework', problem);
  const expression = new RegExp(source.pattern, source.flags);
  compiled.set(source, expression);
  return expression;
}

/**
 * Why a pattern from a stranger is refused, `undefined` when it is sound. Refuses whatever could take more than about
 * n² steps for n characters: nested quantifiers, back references, and two quantifiers that can share characters with
 * nothing certain between them. The test is conservative: some harmless patterns are refused too.
 */
export function patternProblem({ pattern, flags = '' }: PatternSource): string | undefined {
  const name = `The pattern /${pattern.length > 60 ? `${pattern.slice(0, 60)}…` : pattern}/${flags}`;
  if (pattern.length > longestPattern) {
    return `${name} has ${pattern.length} characters; shorten it to at most ${longestPattern}.`;
  }
  if (!/^(?!.*(.).*\1)[imsu]*$/.test(flags)) {
    return `${name} has flags other than i, m, s and u; remove them.`;
  }
  try {
    new RegExp(pattern, flags);
  } catch (error) {
    return `${name} is not a regular expression: ${error instanceof Error ? error.message : 'unknown error'}.`;
  }
  const because = slowness(pattern, flags);
  return because === undefined
    ? undefined
    : `${name} could take too long because ${because}; write it more simply, or as two rules.`;
}

function slowness(pattern: string, flags: string): string | undefined {
  const parts = patternAtoms(pattern);
  if (parts.kind === 'refused') return parts.because;
  for (const atoms of parts.alternatives) {
    const pair = rivals(atoms, flags);
    if (pair !== undefined)
      return `${pair[0].source} and ${pair[1].source} can match the same text`;
  }
  return undefined;
}

/** The first two varying atoms that overlap, with no certain atom between them that tells where one ends. */
function rivals(
  atoms: readonly PatternAtom[],
  flags: string,
): readonly [PatternAtom, PatternAtom] | undefined {
  const sets = new Map(atoms.map((atom) => [atom, matchedBy(atom, flags)]));
  const overlap = (a: PatternAtom, b: PatternAtom) =>
    (sets.get(a) ?? []).some((hit, i) => hit && sets.get(b)?.[i]);
  for (const [i, first] of atoms.entries()) {
    if (!first.varies) continue;
    const second = atoms.find(
      (atom, j) =>
        j > i &&
        atom.varies &&
        overlap(first, atom) &&
        !isParted(first, atom, atoms.slice(first.end, j), overlap),
    );
    if (second !== undefined) return [first, second];
  }
  return undefined;
}

/** Whether a match of both passes something between them that one of the two cannot match. */
function isParted(
  first: PatternAtom,
  second: PatternAtom,
  between: readonly PatternAtom[],
  overlap: (a: PatternAtom, b: PatternAtom) => boolean,
): boolean {
  const around = [...first.within, ...second.within];
  return between.some(
    (atom) =>
      atom.certain &&
      atom.within.every((group) => around.includes(group)) &&
      !(overlap(first, atom) && overlap(second, atom)),
  );
}

/** One sample of every kind of character that a class may tell apart. */
const samples: readonly string[] = [
  ...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)),
  '\u00a0',
  '\u00e9',
  '\u0416',
  '\u4e2d',
  '\u2028',
  '\u{1f600}',
];

function matchedBy(atom: PatternAtom, flags: string): readonly boolean[] {
  const one = new RegExp(`^(?:${atom.source})$`, flags.replace('m', ''));
  return samples.map((sample) => one.test(sample));
}
