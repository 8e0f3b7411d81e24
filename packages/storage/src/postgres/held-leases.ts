import type { LeaseHolder } from '@overseer/core/spec';
import type { Refusal } from '../sqlite/protocol.ts';
import type { Connection } from './connection.ts';
import { fromText, toText } from './names.ts';

/** A lease that somebody holds. */
export interface HeldLease {
  readonly epoch: number;
  readonly holder: string;
}

/** Leases by the streams that they guard, as they are held while a transaction lasts. */
export type HeldLeases = Map<string, HeldLease>;

/**
 * Reads the leases of these streams and of these epochs, and keeps them as they are until the transaction ends: whoever
 * takes one over waits for that.
 */
export async function lockLeases(
  connection: Connection,
  streams: readonly string[],
  epochs: readonly number[],
): Promise<HeldLeases> {
  const { rows } = await connection.query({
    name: 'lock-leases',
    text: `SELECT name, epoch, holder FROM lease
      WHERE (name = ANY($1::text[]) OR epoch = ANY($2::bigint[])) AND holder IS NOT NULL
      ORDER BY name FOR SHARE`,
    values: [streams.map(toText), epochs],
  });
  return new Map(
    rows.map(({ name, epoch, holder }) => [
      fromText(String(name)),
      { epoch: Number(epoch), holder: String(holder) },
    ]),
  );
}

/** Refuses an epoch that no lease has which is held, or that is not the one of a lease that guards a stream. */
export function fence(
  epoch: number,
  streams: readonly string[],
  leases: HeldLeases,
  store: string,
): Refusal | undefined {
  for (const stream of streams) {
    const guard = leases.get(stream);
    if (guard === undefined || guard.epoch === epoch) continue;
    return {
      refused: 'store.fenced',
      message: `The lease ${stream} of ${store} is at epoch ${guard.epoch} and held by ${describe(guard)}, so epoch ${epoch} may not write: stop, and acquire it again.`,
    };
  }
  if ([...leases.values()].some((lease) => lease.epoch === epoch)) return undefined;
  return {
    refused: 'store.fenced',
    message: `No lease of ${store} is held at epoch ${epoch}, so it may not write: acquire the lease first.`,
  };
}

/** A holder as it stands in its row. */
export function parseHolder(text: string): LeaseHolder | undefined {
  try {
    const holder: Partial<LeaseHolder> | null = JSON.parse(text);
    const { name, pid, bootId, processStart } = holder ?? {};
    const isWhole = [name, bootId, processStart].every((one) => typeof one === 'string');
    return isWhole && Number.isInteger(pid) ? (holder as LeaseHolder) : undefined;
  } catch {
    return undefined;
  }
}

function describe({ holder }: HeldLease): string {
  const { name = 'somebody', pid = '?' } = parseHolder(holder) ?? {};
  return `${name} (process ${pid})`;
}
