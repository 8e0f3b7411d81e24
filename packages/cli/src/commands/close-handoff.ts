import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError } from '@overseer/core/plugin';
import { closeHandoff, takeBackHandoff } from '@overseer/storage/handoff';
import { fingerprintOf, type Receipt, type Refusal } from '@overseer/storage/package';
import { EXIT } from '../exit-code.ts';
import { requireJournal, storeOf } from '../setup/open-journal.ts';
import { processOutput, wordsOutput } from '../view/presenter.ts';
import { oneLine } from '../view/words.ts';
import { type HandoffFlags, publicKeyOf } from './handoff-flags.ts';
import { projectOf } from './project-of.ts';

/** What `overseer close-handoff` is told. */
export interface CloseFlags extends HandoffFlags {
  readonly trust: readonly string[];
}

/**
 * `overseer close-handoff`: reads what the receiver of a project answered. With a receipt the project is not this store's any more;
 * with a refusal it goes on where it was. Returns the exit code. Throws `ConfigError` `config.answer` for a file that is no
 * answer, and what `closeHandoff` and `takeBackHandoff` throw.
 */
export async function closeHandoffCommand(file: string, flags: CloseFlags): Promise<number> {
  const place = projectOf(flags);
  requireJournal(place);
  const answer = await readAnswer(resolve(place.folder, file));
  const { project } = flags;
  const trust = flags.trust.map((key) => publicKeyOf(place, key));
  const store = await storeOf(place)();
  try {
    if (answer.format === 'ovrefusal/1') await takeBackHandoff(answer, { store, project, trust });
    else await closeHandoff(answer, { store, project });
  } finally {
    await store.close();
  }
  if (flags.json === true) processOutput().write(`${JSON.stringify(objectOf(project, answer))}\n`);
  else wordsOutput(false).write(`${lineOf(project, answer)}\n`);
  return EXIT.done;
}

function objectOf(project: string, answer: Receipt | Refusal): object {
  const { receiver, at } = answer;
  if (answer.format === 'ovreceipt/1') {
    return { answer: 'receipt', project, receiver, receivedAt: at };
  }
  const { code, because } = answer;
  return { answer: 'refusal', project, receiver, refusedAt: at, code, because };
}

function lineOf(project: string, answer: Receipt | Refusal): string {
  const who = fingerprintOf(answer.receiver);
  const at = new Date(answer.at).toISOString();
  return answer.format === 'ovreceipt/1'
    ? `${oneLine(project)} is with ${who} since ${at}: the handoff is closed.`
    : `${oneLine(project)} goes on here: ${who} refused it at ${at}, as ${oneLine(answer.because)} [${oneLine(answer.code)}]`;
}

/** Anything may be in the file; whoever uses it checks it. */
async function readAnswer(path: string): Promise<Receipt | Refusal> {
  try {
    const answer: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof answer === 'object' && answer !== null && 'format' in answer) {
      return answer as Receipt | Refusal;
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
