import type { OverseerEvent } from '@overseer/core/spec';
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
    const events = pieces.flatMap((piece): readonly OverseerEvent[] => JSON.parse(piece));
    return events.every((event) => Number.isInteger(event?.seq)) ? events : undefined;
  } catch {
    return undefined;
  }
}
