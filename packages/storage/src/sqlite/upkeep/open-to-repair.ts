import { OverseerError, StoreError } from '@overseer/core/plugin';
import { explainFailure } from '../explain-failure.ts';
import { toStoreError } from '../store-error.ts';
import { isFrameSound } from './check-frame.ts';
import { gatherFile } from './gathered-file.ts';
import { type LookedAt, openForUpkeep, type UpkeepOptions } from './open-for-upkeep.ts';
import { roomFor } from './room-for.ts';

/** What a repair is told. */
export interface RepairOptions extends UpkeepOptions {
  /**
   * Hears, before that begins, that what leads to the rows is damaged too, so that every page is read by itself; `bytes` is what this
   * takes at most beside the journal while it runs, the repaired one included.
   */
  readonly onPages?: (bytes: number) => void;
}

/**
 * Opens a damaged journal for what can be read of it: by its tables, or, where what leads to their rows is damaged too, page by page,
 * by way of the file `part`, which is gone afterwards. Throws as `openForUpkeep` does, and `store.full` where there is no room to repair it.
 */
export async function openToRepair(
  path: string,
  part: string,
  options: RepairOptions,
): Promise<LookedAt> {
  let refused: OverseerError | undefined;
  try {
    const file = await openForUpkeep(path, options);
    if (isFrameSound(file)) return withRoom(file, part);
    file[Symbol.dispose]();
  } catch (error) {
    if (!OverseerError.is(error) || !GATHERED.includes(error.code)) throw error;
    refused = error;
  }
  try {
    // One copy for the rows that are gathered, and the repaired journal.
    options.onPages?.(roomFor(path, part, 2));
    const gathered = await gatherFile(path, part, options);
    if (gathered !== undefined) return gathered;
  } catch (error) {
    options.signal?.throwIfAborted();
    throw StoreError.is(error) ? error : toStoreError(explainFailure(error, fileOf(error, part)));
  }
  if (refused !== undefined) throw mayBeRepaired(refused) ? nothingIn(path, refused) : refused;
  return await openForUpkeep(path, options);
}

function withRoom(file: LookedAt, made: string): LookedAt {
  try {
    roomFor(file.path, made, 1);
    return file;
  } catch (error) {
    file[Symbol.dispose]();
    throw StoreError.is(error) ? error : toStoreError(explainFailure(error, made));
  }
}

/** What may be so because of damage, or because SQLite cannot read the log in this place. */
const GATHERED: readonly string[] = ['store.corrupt', 'store.failed', 'store.read-only'];

/** Whether its words are those for others, which lead here. */
function mayBeRepaired({ code, message }: OverseerError): boolean {
  return code === 'store.corrupt' && message.includes('overseer repair');
}

function nothingIn(path: string, cause: OverseerError): StoreError {
  const words = `No event can be found in ${path}: it is no journal, or nothing is left of it. Restore it from a backup.`;
  return new StoreError('store.corrupt', words, { cause });
}

/** The file that an error is about. */
function fileOf(error: unknown, part: string): string {
  const path = error instanceof Error && 'path' in error ? error.path : undefined;
  return typeof path === 'string' ? path : part;
}
