import { createCustodian, type ErasedFrom, type ErasedPerson, eraseLeft } from '@overseer/core';
import { ConfigError, OverseerError } from '@overseer/core/plugin';
import type { OpenStore } from '@overseer/core/spec';
import { EXIT } from '../exit-code.ts';
import { readingStoreOf, shownJournal, storeOf } from '../setup/open-journal.ts';
import { looking, projectOfRun, projectsIn } from '../setup/projects-in.ts';
import { type OrderFlags, requireOrder } from '../setup/require-order.ts';
import { unknownPerson } from '../setup/unknown-person.ts';
import { oneLine, plural } from '../view/words.ts';
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
      const done = await erasePerson(store, project, user, order);
      erased.push(...done.erased);
      before.push(...done.before);
    }
    if (erased.length + before.length === 0) {
      const unknown = await looking(readingStoreOf({ journal }), (one) => unknownPerson(one, user));
      if (unknown !== undefined) throw unknown;
    }
    const more = before.length === 0 ? '' : `; ${before.length} were erased before`;
    tell(json, { user, erased, before }, [
      `Erased: what ${plural(erased.length, 'run')} of ${user} said cannot be read any more in ${where}${more}`,
    ]);
    return EXIT.done;
  }
  const id = run ?? '';
  const project = await projectOfRun(store, id);
  if (project === undefined) {
    throw new OverseerError('run.unknown', `There is no run ${oneLine(id)} in ${where}.`);
  }
  if ((await eraseCopy(store, project, { run: id }, order)) === undefined) {
    await using custodian = await createCustodian({ store, project });
    await custodian.erase(id, order);
  }
  tell(json, { erased: id }, [`Erased: what run ${id} said cannot be read any more in ${where}`]);
  return EXIT.done;
}

async function erasePerson(
  store: OpenStore,
  project: string,
  user: string,
  order: ReturnType<typeof requireOrder>,
): Promise<Omit<ErasedPerson, 'user'>> {
  const erased = await eraseCopy(store, project, { user }, order);
  if (erased !== undefined) return { erased, before: [] };
  await using custodian = await createCustodian({ store, project });
  return await custodian.eraseUser(user, order);
}

/** Of a project that left for another store nobody can work on what is here, and it is erased all the same. */
async function eraseCopy(
  store: OpenStore,
  project: string,
  from: ErasedFrom,
  order: ReturnType<typeof requireOrder>,
): Promise<readonly string[] | undefined> {
  const opened = await store();
  try {
    return await eraseLeft(opened, project, from, order);
  } finally {
    await opened.close();
  }
}
