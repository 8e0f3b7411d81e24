import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError } from '@overseer/core/plugin';
import { closeHandoff } from '@overseer/storage/handoff';
import { fingerprintOf, type Receipt } from '@overseer/storage/package';
import { EXIT } from '../exit-code.ts';
import { requireJournal, storeOf } from '../setup/open-journal.ts';
import { processOutput, wordsOutput } from '../view/presenter.ts';
import { oneLine } from '../view/words.ts';
import type { HandoffFlags } from './handoff-flags.ts';
import { projectOf } from './moving-flags.ts';

/**
 * `overseer close-handoff`: reads what the receiver of a project answered; with a receipt the project is not this store's any more.
 * Returns the exit code. Throws `ConfigError` `config.answer` for a file that is no answer, and what `closeHandoff` throws.
 */
export async function closeHandoffCommand(file: string, flags: HandoffFlags): Promise<number> {
  const place = projectOf(flags);
  requireJournal(place);
  const receipt = await readAnswer(resolve(place.folder, file));
  const { project } = flags;
  const store = await storeOf(place)();
  try {
    await closeHandoff(receipt, { store, project });
  } finally {
    await store.close();
  }
  const { receiver, at } = receipt;
  if (flags.json === true) {
    processOutput().write(
      `${JSON.stringify({ answer: 'receipt', project, receiver, receivedAt: at })}\n`,
    );
  } else {
    wordsOutput(false).write(
      `${oneLine(project)} is with ${fingerprintOf(receiver)} since ${new Date(at).toISOString()}: the handoff is closed.\n`,
    );
  }
  return EXIT.done;
}

/** Anything may be in the file; whoever uses it checks it. */
async function readAnswer(path: string): Promise<Receipt> {
  try {
    const answer: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof answer === 'object' && answer !== null && 'format' in answer) {
      return answer as Receipt;
    }
  } catch (error) {
    throw noAnswer(path, error);
  }
  throw noAnswer(path);
}

function noAnswer(path: string, cause?: unknown): ConfigError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new ConfigError(
    'config.answer',
    `${path} is no answer to a handoff${why}. Give the file that overseer accept wrote.`,
    { cause },
  );
}
