import type { OverseerEvent } from '@overseer/core/spec';
import { eventIn } from './event-text.ts';
import { putBack } from './lift-strings.ts';
import type { Page } from './protocol.ts';

/** Makes events of a page, with lifted strings in their places again; `undefined` when one of them is damaged. */
export function decodePage({
  pieces,
  lifted,
  strings,
}: Page): readonly OverseerEvent[] | undefined {
  const events = parseEvents(pieces);
  if (events === undefined) return undefined;
  let position = 0;
  for (const [seq, places] of lifted) {
    while ((events[position]?.seq ?? seq) < seq) position++;
    for (const [path, hash] of places) putBack(events[position], path, strings.get(hash) ?? '');
  }
  return events;
}

function parseEvents(pieces: readonly string[]): readonly OverseerEvent[] | undefined {
  try {
    const events: OverseerEvent[] = [];
    for (const piece of pieces) {
      for (const value of JSON.parse(piece) as readonly unknown[]) {
        const event = eventIn(value);
        if (!Number.isInteger(event?.seq)) return undefined;
        events.push(event as OverseerEvent);
      }
    }
    return events;
  } catch {
    return undefined;
  }
}
