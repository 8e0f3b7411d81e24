import type { OverseerEvent, StateStore } from '@overseer/core/spec';

/** Events of a page at first and at most. */
const MOST_EVENTS = 1_000;
/** About how many characters a page is to have. */
const PAGE_SIZE = 4 * 1_048_576;

/**
 * The events of a stream after `after` up to `head`, a page at a time; pages are as small as large events make them, so that
 * little is held at once.
 */
export async function* readStream(
  store: StateStore,
  stream: string,
  {
    after,
    head,
    signal,
  }: { readonly after: number; readonly head: number; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<readonly OverseerEvent[]> {
  let last = after;
  let limit = 64;
  while (last < head) {
    signal?.throwIfAborted();
    const page = await store.events.read({
      stream,
      after: last,
      limit: Math.min(limit, head - last),
    });
    const end = page.at(-1);
    if (end === undefined) return;
    yield page;
    last = end.seq;
    const size = page.reduce((sum, event) => sum + roughSize(event), 0);
    const fitting = Math.floor((PAGE_SIZE * page.length) / Math.max(size, 1));
    limit = Math.min(MOST_EVENTS, limit * 4, Math.max(1, fitting));
  }
}

/** Characters of an event's strings, about. */
function roughSize(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let size = 8;
  for (const one of Object.values(value)) size += roughSize(one);
  return size;
}
