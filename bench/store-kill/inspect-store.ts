import { isDeepStrictEqual } from 'node:util';
import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { sqlite } from '@overseer/storage/sqlite';
import type { Written } from './append-until-killed.ts';
import { expectedEvent, STREAM } from './expected-event.ts';

const PAGE = 10_000;

/** What is in a store after its writer was killed. */
export interface Inspection {
  readonly head: number;
  /** How long opening it took. */
  readonly openMs: number;
  readonly violations: readonly string[];
}

/** Opens a store again and compares all that it holds with what its writer acknowledged. */
export async function inspectStore(path: string, written: Written): Promise<Inspection> {
  const before = performance.now();
  const store = await sqlite(path)();
  const openMs = performance.now() - before;
  try {
    const events = await readAll(store);
    const head = await store.events.head(STREAM);
    return { head, openMs, violations: violationsIn(events, head, written) };
  } finally {
    await store.close();
  }
}

/** Pure: what is wrong with `events`, in sentences. */
export function violationsIn(
  events: readonly OverseerEvent[],
  head: number,
  { acknowledged, failure }: Written,
): readonly string[] {
  const found: string[] = [];
  if (failure !== undefined) found.push(`the writer ended by itself: ${failure}`);
  if (head < acknowledged) {
    found.push(`${acknowledged} was acknowledged, and the head is ${head}.`);
  }
  if (events.length !== head) found.push(`${events.length} events were read, the head is ${head}.`);
  const wrong = events.findIndex(
    (event, index) => !isDeepStrictEqual(event, expectedEvent(index + 1, event.epoch)),
  );
  if (wrong !== -1) found.push(`event ${wrong + 1} is missing, doubled or not what was written.`);
  return found;
}

async function readAll(store: StateStore): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for (;;) {
    const after = events.at(-1)?.seq ?? 0;
    const page = await store.events.read({ stream: STREAM, after, limit: PAGE });
    if (page.length === 0) return events;
    events.push(...page);
  }
}
