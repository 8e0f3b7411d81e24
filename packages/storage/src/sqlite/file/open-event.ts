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
  { seq, body, lifted, packed }: Omit<EventRow, 'run'>,
): OpenedEvent | undefined {
  if (packed === null) {
    const places = lifted === null ? [] : parseLifted(lifted);
    return places === undefined ? undefined : { body, places, isErased: false };
  }
  const place = { stream, seq, run };
  const stub = parseStub(body);
  const text = isLost(packed) ? 'lost' : packing.unpackEvent(packed, place, { body, lifted });
  if (text === 'damaged') return undefined;
  if (text === 'erased' || text === 'lost') {
    if (stub === undefined) return undefined;
    const left = erasedEvent(place, stub, text === 'lost');
    return { body: left, places: [], isErased: text === 'erased' };
  }
  const names = lifted === null ? [] : parseNames(lifted);
  if (names?.length !== text.places.length) return undefined;
  const places = text.places.map((path, at) => [path, names[at] ?? ''] as const);
  return { body: text.body, places, isErased: false };
}

/** Stands in place of the content of an event that was lost to damage; no envelope begins like that. */
export const LOST: Uint8Array = Uint8Array.of(0xff);

/** Whether an event stands for one that was lost. */
export function isLost(packed: Uint8Array): boolean {
  return packed.byteLength === 1 && packed[0] === 0xff;
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
