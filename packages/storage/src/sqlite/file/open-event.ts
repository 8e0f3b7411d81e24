import type { LiftedRow } from '../protocol.ts';
import type { EventRow } from './event-row.ts';
import { type EventPlace, erasedEvent, type Packing, parseStub } from './packing.ts';
import { parseLifted } from './parse-lifted.ts';

/** An event's text, and where the strings go that were lifted out of it. */
export interface OpenedEvent {
  readonly body: string;
  readonly places: LiftedRow[1];
  readonly isErased: boolean;
}

/** Opens a row; `undefined` when it is damaged. One whose key was erased reads as an event that says so. */
export function openEvent(
  packing: Packing,
  { stream, run }: Pick<EventPlace, 'stream' | 'run'>,
  { seq, body, lifted, packed }: EventRow,
): OpenedEvent | undefined {
  if (packed === null) {
    const places = lifted === null ? [] : parseLifted(lifted);
    return places === undefined ? undefined : { body, places, isErased: false };
  }
  const place = { stream, seq, run };
  const text = packing.unpackEvent(packed, place);
  if (text === 'damaged') return undefined;
  const stub = parseStub(body);
  if (text === 'erased') {
    if (stub === undefined) return undefined;
    return { body: erasedEvent(place, stub), places: [], isErased: true };
  }
  const names = lifted === null ? [] : parseNames(lifted);
  if (names?.length !== text.places.length) return undefined;
  const places = text.places.map((path, at) => [path, names[at] ?? ''] as const);
  return { body: text.body, places, isErased: false };
}

function parseNames(text: string): readonly string[] | undefined {
  try {
    const names: unknown = JSON.parse(text);
    const areNames = Array.isArray(names) && names.every((name) => typeof name === 'string');
    return areNames ? names : undefined;
  } catch {
    return undefined;
  }
}
