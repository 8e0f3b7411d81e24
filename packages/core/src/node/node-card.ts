import type { Json } from '../spec/json.ts';
import type { StateStore } from '../spec/store.ts';

/** Marks snapshots of nodes that are written this way. */
const CARD_VERSION = 1;

/** What a node tells the others of itself. Only a lease says that it lives. */
export interface NodeCard {
  readonly labels: readonly string[];
  /** Why it should be given nothing, where it should not. */
  readonly unwell?: string | undefined;
  /** Projects that it gives up, and to whom. */
  readonly promised: Readonly<Record<string, string>>;
  /** How many more projects it takes; absent where there is no bound. */
  readonly room?: number | undefined;
  /** Projects whose models are used up with it, and until when, epoch ms. */
  readonly exhausted: Readonly<Record<string, number>>;
}

/** What is known of a node that has told nothing. */
export const BLANK_CARD: NodeCard = { labels: [], promised: {}, exhausted: {} };

/** Leaves a card where all nodes of the store can read it. */
export async function writeCard(
  { snapshots }: StateStore,
  stream: string,
  card: NodeCard,
  nowMs: number,
): Promise<void> {
  const body = card as unknown as Json;
  // Only a card with a greater number takes the place of another, whatever the clock says meanwhile.
  const last = (await snapshots.latest(stream, CARD_VERSION))?.seq ?? 0;
  const seq = Math.max(nowMs, last + 1);
  await snapshots.put({ stream, seq, foldVersion: CARD_VERSION, body });
}

/** Reads the card of a node; a blank one where there is none, or none of this form. */
export async function readCard({ snapshots }: StateStore, stream: string): Promise<NodeCard> {
  const body = (await snapshots.latest(stream, CARD_VERSION))?.body;
  if (!isRecord(body)) return BLANK_CARD;
  const { labels, unwell, room, promised, exhausted } = body;
  return {
    labels: Array.isArray(labels) ? labels.filter((label) => typeof label === 'string') : [],
    unwell: typeof unwell === 'string' ? unwell : undefined,
    room: typeof room === 'number' ? room : undefined,
    promised: entriesOf(promised, (value) => typeof value === 'string'),
    exhausted: entriesOf(exhausted, (value) => typeof value === 'number'),
  };
}

function entriesOf<T extends Json>(
  value: Json | undefined,
  fits: (value: Json) => boolean,
): Readonly<Record<string, T>> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).filter(([, one]) => fits(one))) as Record<
    string,
    T
  >;
}

function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
