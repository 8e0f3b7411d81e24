import { createOverseer } from '@overseer/core';
import { EXIT } from '../exit-code.ts';
import { nobody, type OrderFlags, requireOrder } from '../setup/nobody.ts';
import { shownJournal, storeOf } from '../setup/open-journal.ts';
import { anyJournalOf, tell, type UpkeepFlags } from './upkeep.ts';

/** What `overseer erase` is told. */
export type EraseFlags = UpkeepFlags & OrderFlags;

/**
 * `overseer erase`: makes what a finished run said unreadable for good. Returns the exit code. Throws `ConfigError`
 * `config.approval` where nobody stands behind it.
 */
export async function eraseCommand(run: string, flags: EraseFlags): Promise<number> {
  const order = requireOrder(flags, 'Nothing brings back what is erased');
  const journal = anyJournalOf(flags);
  await using overseer = await createOverseer({ ...nobody, store: storeOf({ journal }) });
  await overseer.erase(run, order);
  tell(flags.json, { erased: run }, [
    `Erased: what run ${run} said cannot be read any more in ${shownJournal(journal)}`,
  ]);
  return EXIT.done;
}
