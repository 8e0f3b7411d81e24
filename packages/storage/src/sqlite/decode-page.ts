import type { OverseerEvent } from '@overseer/core/spec';
import { putBack } from './lift-strings.ts';
import type { Page } from './protocol.ts';

/** Makes events of a page, with lifted strings in their places again. */
export function decodePage({ bodies, lifted, strings }: Page): readonly OverseerEvent[] {
  const events: OverseerEvent[] = JSON.parse(`[${bodies.join(',')}]`);
  let position = 0;
  for (const [seq, places] of lifted) {
    while ((events[position]?.seq ?? seq) < seq) position++;
    for (const [path, hash] of places) putBack(events[position], path, strings.get(hash) ?? '');
  }
  return events;
}
