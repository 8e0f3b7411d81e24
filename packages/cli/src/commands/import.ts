import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError } from '@overseer/core/plugin';
import {
  fingerprintOf,
  importStore,
  type OpenedPackage,
  openPackage,
  packageFile,
  signReceipt,
} from '@overseer/storage/package';
import { EXIT } from '../exit-code.ts';
import { keyPlace, readKey } from '../setup/key-file.ts';
import { shownJournal, storeOf } from '../setup/open-journal.ts';
import type { Project } from '../setup/project.ts';
import { processOutput, wordsOutput } from '../view/presenter.ts';
import { count, oneLine, plural } from '../view/words.ts';
import type { OpenFlags } from './moving-flags.ts';
import { openingOf } from './package-keys.ts';
import { projectOf } from './project-of.ts';
import { type Stoppable, untilStopped } from './until-stopped.ts';

/** What `overseer import` is told. */
export interface ImportFlags extends OpenFlags {
  readonly receipt?: string;
}

/** `overseer import`: puts a package into a journal, which is made where it is missing. Returns the exit code. */
export async function importCommand(file: string, flags: ImportFlags): Promise<number> {
  const project = projectOf(flags);
  const keys = openingOf(project, flags);
  // Before anything is written, not after.
  if (flags.receipt !== undefined) readKey(keyPlace(project, flags.key));
  return await untilStopped(
    'Stopped: what was imported so far is kept, and the same command goes on from there.',
    async (stoppable) => {
      const from = await openFile(resolve(project.folder, file), keys, stoppable);
      return await importInto(project, from, flags, stoppable);
    },
  );
}

async function openFile(
  path: string,
  keys: ReturnType<typeof openingOf>,
  { signal, progress }: Stoppable,
): Promise<OpenedPackage> {
  return await readable(
    openPackage(packageFile(path), {
      ...keys,
      signal,
      onProgress: (bytes) => progress(`checked ${count(bytes)} bytes`),
    }),
  );
}

/** What comes of a package in a file. Throws `ConfigError` `config.no-package` where the file cannot be read. */
export async function readable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw unreadable(error);
  }
}

/** What the file system says of a file that is none. */
function unreadable(error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error;
  return new ConfigError('config.no-package', `The package cannot be read: ${error.message}.`, {
    cause: error,
  });
}

async function importInto(
  project: Project,
  from: OpenedPackage,
  flags: ImportFlags,
  { signal, progress }: Stoppable,
): Promise<number> {
  const store = await storeOf(project)();
  try {
    const imported = await importStore(from, store, {
      signal,
      onProgress: ({ events, of }) => progress(`${count(events)} of ${plural(of, 'event')}`),
    });
    if (flags.receipt !== undefined) {
      const { secret } = readKey(keyPlace(project, flags.key));
      const receipt = signReceipt(from, imported.heads, secret);
      const place = resolve(project.folder, flags.receipt);
      await writeFile(place, `${JSON.stringify(receipt, null, 2)}\n`).catch((error: Error) => {
        throw new ConfigError(
          'config.receipt',
          `All is imported, but the receipt could not be written (${error.message}): say the same again with another --receipt; what is there is not written twice.`,
          { cause: error },
        );
      });
    }
    const journal = shownJournal(project.journal);
    if (flags.json === true) {
      processOutput().write(`${JSON.stringify({ journal, ...imported })}\n`);
    } else {
      const { written, present } = imported;
      const sender = fingerprintOf(from.manifest.sender);
      wordsOutput(false).write(
        `${plural(written, 'event')} from ${sender} in ${oneLine(journal)}${present === 0 ? '' : `; ${count(present)} were there`}.\n`,
      );
    }
    return EXIT.done;
  } finally {
    await store.close();
  }
}
