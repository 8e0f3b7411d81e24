import { createWorkPause } from '../internal/slices.ts';
import { packVector, TERMS_AT_ONCE, type TextVector, unpackVector } from './text-vectors.ts';

/** How a model's answers to one text fared. */
export interface Fared {
  readonly good: number;
  readonly all: number;
}

/** One text that was worked on, with how each model fared. */
export interface RememberedText {
  /** Equal for equal texts. */
  readonly key: string;
  readonly vector: TextVector;
  readonly models: ReadonlyMap<string, Fared>;
}

/** What a snapshot holds of texts. */
export type TextRows = readonly (readonly [
  key: string,
  vector: string,
  models: readonly (readonly [model: string, good: number, all: number])[],
])[];

/**
 * Packs texts for a snapshot, oldest first, as if each were added to those before it and the oldest forgotten beyond `most`: a few
 * at a time, with everything else in between.
 */
export async function packTexts(texts: Iterable<RememberedText>, most: number): Promise<TextRows> {
  const pause = createWorkPause(TERMS_AT_ONCE);
  const packed = new Map<string, { readonly vector: string; models: RememberedText['models'] }>();
  for (const { key, vector, models } of texts) {
    const known = packed.get(key);
    if (known === undefined) packed.set(key, { vector: packVector(vector), models });
    else known.models = sumOf(known.models, models);
    if (packed.size > most) packed.delete(oldestOf(packed));
    const paused = pause(vector.terms.length + models.size);
    if (paused !== undefined) await paused;
  }
  const rows: TextRows[number][] = [];
  for (const [key, { vector, models }] of packed) {
    rows.push([key, vector, [...models].map(([model, { good, all }]) => [model, good, all])]);
    const paused = pause(models.size);
    if (paused !== undefined) await paused;
  }
  return rows;
}

/** Gives what `packTexts` packed, in the same way. */
export async function unpackTexts(
  rows: TextRows,
  take: (text: RememberedText) => void,
): Promise<void> {
  const pause = createWorkPause(TERMS_AT_ONCE);
  for (const [key, packed, fared] of rows) {
    const vector = unpackVector(packed);
    take({
      key,
      vector,
      models: new Map(fared.map(([model, good, all]) => [model, { good, all }])),
    });
    const paused = pause(vector.terms.length + fared.length);
    if (paused !== undefined) await paused;
  }
}

function sumOf(
  before: RememberedText['models'],
  more: RememberedText['models'],
): RememberedText['models'] {
  const sum = new Map(before);
  for (const [model, { good, all }] of more) {
    const known = sum.get(model) ?? { good: 0, all: 0 };
    sum.set(model, { good: known.good + good, all: known.all + all });
  }
  return sum;
}

function oldestOf(packed: ReadonlyMap<string, unknown>): string {
  const [oldest = ''] = packed.keys();
  return oldest;
}
