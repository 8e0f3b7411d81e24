import { createOverseer } from '@overseer/core';
import { ConfigError, ModelError } from '@overseer/core/plugin';
import type { Model } from '@overseer/core/spec';
import { EXIT } from '../exit-code.ts';
import { shownJournal, storeOf } from '../setup/open-journal.ts';
import { anyJournalOf, tell, type UpkeepFlags } from './upkeep.ts';

/** What `overseer erase` is told. */
export interface EraseFlags extends UpkeepFlags {
  readonly by?: string;
  readonly because?: string;
}

/**
 * `overseer erase`: makes what a finished run said unreadable for good. Returns the exit code. Throws `ConfigError`
 * `config.approval` where nobody stands behind it.
 */
export async function eraseCommand(run: string, flags: EraseFlags): Promise<number> {
  const { by, because, json } = flags;
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
  await overseer.erase(run, { by, because });
  tell(json, { erased: run }, [
    `Erased: what run ${run} said cannot be read any more in ${shownJournal(journal)}`,
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
