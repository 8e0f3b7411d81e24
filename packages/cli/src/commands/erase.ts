import { createOverseer } from '@overseer/core';
import { ConfigError, ModelError } from '@overseer/core/plugin';
import type { Model } from '@overseer/core/spec';
import { EXIT } from '../exit-code.ts';
import { shownJournal, storeOf } from '../setup/open-journal.ts';
import { plural } from '../view/words.ts';
import { anyJournalOf, tell, type UpkeepFlags } from './upkeep.ts';

/** What `overseer erase` is told. */
export interface EraseFlags extends UpkeepFlags {
  readonly user?: string;
  readonly by?: string;
  readonly because?: string;
}

/**
 * `overseer erase`: makes what a finished run, or all runs of a person said unreadable for good. Returns the exit code. Throws `ConfigError`
 * `config.approval` where nobody stands behind it.
 */
export async function eraseCommand(run: string | undefined, flags: EraseFlags): Promise<number> {
  const { by, because, json, user } = flags;
  if ((run === undefined) === (user === undefined)) {
    throw new ConfigError('config.approval', 'Say what is to be erased: a run, or --user NAME.');
  }
  if (by === undefined || because === undefined) {
    throw new ConfigError(
      'config.approval',
      'Nothing brings back what is erased: say who wants it, and why, with --by and --because.',
    );
  }
  const journal = anyJournalOf(flags);
  // It opens the journal to write to it, and asks no model anything.
  await using overseer = await createOverseer({
    overseer: 'nobody',
    models: { nobody: { model: NOBODY } },
    store: storeOf({ journal }),
  });
  if (user !== undefined) {
    const { erased, before } = await overseer.eraseUser(user, { by, because });
    tell(json, { user, erased, before }, [
      `Erased: what ${plural(erased.length, 'run')} of ${user} said cannot be read any more in ${shownJournal(journal)}${before.length === 0 ? '' : `; ${before.length} were erased before`}`,
    ]);
    return EXIT.done;
  }
  const id = run ?? '';
  await overseer.erase(id, { by, because });
  tell(json, { erased: id }, [
    `Erased: what run ${id} said cannot be read any more in ${shownJournal(journal)}`,
  ]);
  return EXIT.done;
}

const NOBODY: Model = {
  spec: 'model/1',
  info: {
    id: 'nobody',
    provider: 'none',
    local: true,
    can: { tools: false, json: 'none', reasoning: false, image: false },
  },
  stream: () => {
    throw new ModelError(
      'unsupported',
      'There is no model here: the journal was opened to erase a run.',
    );
  },
};
