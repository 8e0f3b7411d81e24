/** Characters that a run of lines must have for a note in its place to be worth it. */
const WORTH = 160;
/** Places of one line that are looked at; an answer of many equal lines has no end of them. */
const PLACES = 8;

/**
 * A text without the lines that another one, which is shown beside it, has as well: in the place of each long run of them
 * stands a note that tells where they are, so that nothing is lost. `name` is what the other one is called. O(lines).
 */
export function withoutRepeats(text: string, other: string, name: string): string {
  const lines = linesOf(text);
  const others = linesOf(other);
  const places = placesOf(others);
  const kept: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const run = longestRun(lines, at, others, places.get(lines[at] ?? '') ?? []);
    if (run.characters >= WORTH) {
      kept.push(`[… as lines ${run.from + 1} to ${run.from + run.length} of ${name} …]`);
      at += run.length;
      continue;
    }
    // What is too short to be left out now is too short in its parts.
    const passed = Math.max(1, run.length);
    for (let nth = 0; nth < passed; nth++) kept.push(lines[at + nth] ?? '');
    at += passed;
  }
  return kept.join('\n');
}

interface Run {
  /** The line of the other text at which it begins, from 0. */
  readonly from: number;
  readonly length: number;
  readonly characters: number;
}

function longestRun(
  lines: readonly string[],
  at: number,
  others: readonly string[],
  places: readonly number[],
): Run {
  let best: Run = { from: 0, length: 0, characters: 0 };
  for (const from of places) {
    let length = 0;
    let characters = 0;
    while (at + length < lines.length && lines[at + length] === others[from + length]) {
      characters += (lines[at + length] ?? '').length + 1;
      length += 1;
    }
    if (length > best.length) best = { from, length, characters };
  }
  return best;
}

function placesOf(lines: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const [at, line] of lines.entries()) {
    const known = places.get(line);
    if (known === undefined) places.set(line, [at]);
    else if (known.length < PLACES) known.push(at);
  }
  return places;
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r\n?|\n/);
}
