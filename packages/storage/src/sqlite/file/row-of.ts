import type { DataKey } from '../../at-rest/data-key.ts';
import type { LiftedString } from '../protocol.ts';
import type { HashedEvent } from './event-hash.ts';
import { type EventPlace, type Packing, stubOf } from './packing.ts';

/** Keeps a string of an event under a key, and gives the name that the event calls it by. */
export type KeepLifted = (text: string, key: DataKey | undefined) => string;

/** An event as it is stored, its lifted strings being kept. */
export function rowOf(
  packing: Packing,
  place: EventPlace,
  body: string,
  strings: readonly Omit<LiftedString, 'index'>[],
  keep: KeepLifted,
): HashedEvent {
  const { stream, seq, run } = place;
  if (packing.leavesAlone && strings.length === 0) {
    return { stream, seq, body, lifted: null, packed: null };
  }
  const key = packing.keyFor(stream, run);
  const places = strings.map(({ path }) => path);
  const names = strings.map(({ text }) => keep(text, key));
  if (!packing.packs(body, key)) {
    const links = names.map((name, at) => [places[at], name]);
    return { stream, seq, body, lifted: textOf(links), packed: null };
  }
  const clear = { body: stubOf(body), lifted: textOf(names) };
  const packed = packing.packEvent(place, { body, places }, clear, key);
  return { stream, seq, ...clear, packed };
}

function textOf(links: readonly unknown[]): string | null {
  return links.length === 0 ? null : JSON.stringify(links);
}
