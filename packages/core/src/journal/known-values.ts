import { RecentMap } from '../internal/recent-map.ts';
import type { Json } from '../spec/json.ts';

/** Shorter texts come again by chance. */
const SHORTEST = 5;
/** Of each run, and runs that are remembered at once. */
const MOST_VALUES = 500;
const MOST_RUNS = 200;

/** Texts that were sealed lately, by run, to be found where they come again. */
export class KnownValues {
  readonly #ofRun = new RecentMap<Set<string>>(MOST_RUNS);

  /** All texts in a value. */
  add(run: string, value: Json): void {
    if (typeof value === 'number') this.#note(run, String(value));
    if (typeof value === 'string') this.#note(run, value);
    if (typeof value !== 'object' || value === null) return;
    for (const inner of Object.values(value)) this.add(run, inner);
  }

  /** The text with something in place of each that it holds, the longest first. */
  replace(run: string, text: string, by: (found: string) => string): string {
    const known = this.#ofRun.get(run);
    if (known === undefined || text.length < SHORTEST) return text;
    const found = [...known].filter((one) => text.includes(one));
    if (found.length === 0) return text;
    const any = found.sort((a, b) => b.length - a.length).map((one) => escaped(one));
    return text.replace(new RegExp(any.join('|'), 'g'), by);
  }

  #note(run: string, text: string): void {
    if (text.length < SHORTEST) return;
    const known = this.#ofRun.get(run) ?? new Set();
    if (known.size < MOST_VALUES) known.add(text);
    this.#ofRun.set(run, known);
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
