import { createCustodian } from '@overseer/core';
import { ConfigError } from '@overseer/core/plugin';
import { EXIT } from '../exit-code.ts';
import { shownJournal, storeOf } from '../setup/open-journal.ts';
import { projectOfRun, projectsIn } from '../setup/projects-in.ts';
import { type OrderFlags, requireOrder } from '../setup/require-order.ts';
import { plural } from '../view/words.ts';
import { anyJournalOf, tell, type UpkeepFlags } from './upkeep.ts';

/** What `overseer erase` is told. */
export interface EraseFlags extends UpkeepFlags, OrderFlags {
  readonly user?: string;
}

/**
 * `overseer erase`: makes what a finished run, or all runs of a person said unreadable for good. Returns the exit code. Throws `ConfigError`
 * `config.approval` where nobody stands behind it.
 */
export async function eraseCommand(run: string | undefined, flags: EraseFlags): Promise<number> {
  const { json, user } = flags;
  if ((run === undefined) === (user === undefined)) {
    throw new ConfigError('config.approval', 'Say what is to be erased: a run, or --user NAME.');
  }
  const order = requireOrder(flags, 'Nothing brings back what is erased');
  const journal = anyJournalOf(flags);
  const store = storeOf({ journal });
  const where = shownJournal(journal);
  if (user !== undefined) {
    const erased: string[] = [];
    const before: string[] = [];
    for (const project of await projectsIn(store)) {
      await using custodian = await createCustodian({ store, project });
      const done = await custodian.eraseUser(user, order);
      erased.push(...done.erased);
      before.push(...done.before);
    }
    const more = before.length === 0 ? '' : `; ${before.length} were erased before`;
    tell(json, { user, erased, before }, [
      `Erased: what ${plural(erased.length, 'run')} of ${user} said cannot be read any more in ${where}${more}`,
    ]);
    return EXIT.done;
  }
  const id = run ?? '';
  const project = (await projectOfRun(store, id)) ?? 'default';
  await using custodian = await createCustodian({ store, project });
  await custodian.erase(id, order);
  tell(json, { erased: id }, [`Erased: what run ${id} said cannot be read any more in ${where}`]);
  return EXIT.done;
}
