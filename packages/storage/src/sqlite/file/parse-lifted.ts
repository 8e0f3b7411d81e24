import type { LiftedRow } from '../protocol.ts';

/** Reads where the strings go that were lifted out of one event; `undefined` when the text is damaged. */
export function parseLifted(text: string): LiftedRow[1] | undefined {
  try {
    const places: LiftedRow[1] = JSON.parse(text);
    return Array.isArray(places) && places.every(isPlace) ? places : undefined;
  } catch {
    return undefined;
  }
}

function isPlace(place: unknown): boolean {
  return Array.isArray(place) && Array.isArray(place[0]) && typeof place[1] === 'string';
}
