import type { StoreError } from '@overseer/core/plugin';
import { COMPACT_AFTER_MS, compact, type Use } from './compact-postgres.ts';
import { damageError, readDamage } from './damage.ts';
import { isLost, toStoreError } from './explain-failure.ts';
import type { AtRest } from './key-rows.ts';

/** How often it is looked whether it is time, in ms. */
const LOOK_MS = 30_000;
/** Between two turns, in ms, so that most of the time stays free. */
const BETWEEN_MS = 10;

/** What a store does for itself. */
export interface UpkeepTimer {
  /** Ends it; resolves once nothing is under way. */
  stop(): Promise<void>;
}

/**
 * Compacts the journal every `afterMs` as long as this process holds a lease; of several, the first whose turn it is does it. What goes
 * wrong is told once, and tried again the next time; but a journal that is damaged is left alone until it was repaired. Keeps no process alive.
 */
export function startUpkeep(
  use: Use,
  atRest: AtRest,
  afterMs: number,
  isWanted: () => boolean,
  tell: (trouble: StoreError) => void,
): UpkeepTimer {
  const stopping = new AbortController();
  let working: Promise<void> | undefined;
  const between = async (): Promise<void> => {
    stopping.signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS).unref());
  };
  let told: string | undefined;
  const tellOnce = (trouble: StoreError): void => {
    if (trouble.message === told) return;
    told = trouble.message;
    tell(trouble);
  };
  const round = async (): Promise<void> => {
    const known = await use(readDamage);
    if (known !== undefined) return tellOnce(damageError(atRest.name, known));
    if (!(await isDue(use, afterMs))) return;
    const { damaged } = await compact(use, atRest, afterMs, between);
    if (damaged !== undefined) return tellOnce(damageError(atRest.name, damaged));
    told = undefined;
  };
  const look = (): void => {
    if (working !== undefined || !isWanted()) return;
    working = round()
      .catch((error) => {
        // Of a server that cannot be reached, whoever reads or appends hears.
        if (!stopping.signal.aborted && !isLost(error)) tellOnce(toStoreError(error, atRest.name));
      })
      .finally(() => {
        working = undefined;
      });
  };
  const timer = Number.isFinite(afterMs)
    ? setInterval(look, Math.min(LOOK_MS, Math.max(100, afterMs))).unref()
    : undefined;
  return {
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await working;
    },
  };
}

/** Whether nobody did it lately; whoever hears so does it. */
async function isDue(use: Use, afterMs: number): Promise<boolean> {
  const { rowCount } = await use((connection) =>
    connection.query({
      text: `UPDATE meta SET value = floor(extract(epoch FROM clock_timestamp()) * 1000)
        WHERE key = 'compacted' AND value < floor(extract(epoch FROM clock_timestamp()) * 1000) - $1::float8`,
      values: [Math.min(afterMs, COMPACT_AFTER_MS)],
    }),
  );
  return rowCount === 1;
}
