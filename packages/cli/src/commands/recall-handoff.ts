import { recallHandoff } from '@overseer/storage/handoff';
import { EXIT } from '../exit-code.ts';
import { requireJournal, storeOf } from '../setup/open-journal.ts';
import { processOutput, wordsOutput } from '../view/presenter.ts';
import { oneLine } from '../view/words.ts';
import { type ByFlags, type HandoffFlags, requireWord } from './handoff-flags.ts';
import { projectOf } from './project-of.ts';

/** What `overseer recall-handoff` is told. */
export interface RecallFlags extends HandoffFlags, ByFlags {}

/**
 * `overseer recall-handoff`: lets a project that left go on where it was, by the word of a person who knows that nobody took it.
 * Returns the exit code. Throws `ConfigError` `config.approval`, and what `recallHandoff` throws.
 */
export async function recallHandoffCommand(flags: RecallFlags): Promise<number> {
  const place = projectOf(flags);
  requireJournal(place);
  const word = requireWord(flags, 'A project that left is taken back');
  const { project } = flags;
  const store = await storeOf(place)();
  try {
    await recallHandoff({ store, project, ...word });
  } finally {
    await store.close();
  }
  if (flags.json === true) {
    processOutput().write(`${JSON.stringify({ project, recalled: true })}\n`);
  } else {
    wordsOutput(false).write(
      `${oneLine(project)} goes on here. Destroy its package: whoever accepts it now works it a second time.\n`,
    );
  }
  return EXIT.done;
}
