import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { newMasterKey } from '@overseer/storage/at-rest';
import { isPostgresAddress, rotatePostgresKeys, sealPostgres } from '@overseer/storage/postgres';
import { rotateKeys, type SealReport, sealFile } from '@overseer/storage/sqlite';
import { EXIT } from '../exit-code.ts';
import { shownJournal } from '../setup/open-journal.ts';
import { anyJournalOf, lookAfter, requireKeys, tell, type UpkeepFlags } from './upkeep.ts';

/** `overseer seal`: seals all of a journal that is in the clear. Returns the exit code. */
export async function sealCommand(flags: UpkeepFlags): Promise<number> {
  const path = anyJournalOf(flags);
  if (isPostgresAddress(path)) return await sealDatabase(path, flags);
  const report = await sealFile(path, requireKeys());
  const copies = copiesOf(path);
  tell(flags.json, { ...report, copies }, [
    ...report.streams.map(endLine),
    `Sealed: ${report.sealed} events of ${path} that were in the clear`,
    ...copies.map((copy) => `In the clear still: ${copy}`),
  ]);
  return EXIT.done;
}

async function sealDatabase(address: string, { json }: UpkeepFlags): Promise<number> {
  const keys = requireKeys();
  const stopped = 'Stopped: what is sealed stays so, and the same command goes on from there.';
  return await lookAfter(async (options) => {
    const report = await sealPostgres(address, keys, options);
    tell(json, report, [
      ...report.streams.map(endLine),
      `Sealed: ${report.sealed} events of ${shownJournal(address)} that were in the clear`,
    ]);
    return EXIT.done;
  }, stopped);
}

/** `overseer rotate-keys`: wraps the data keys of a journal under the current master key. Returns the exit code. */
export async function rotateCommand(flags: UpkeepFlags): Promise<number> {
  const journal = anyJournalOf(flags);
  const rotate = isPostgresAddress(journal) ? rotatePostgresKeys : rotateKeys;
  const rotated = await rotate(journal, requireKeys());
  tell(flags.json, { rotated }, [
    `${rotated} data keys of ${shownJournal(journal)} are under the current master key now`,
  ]);
  return EXIT.done;
}

/** `overseer master-key`: prints a new master key. Returns the exit code. */
export function masterKeyCommand(id: string | undefined): number {
  process.stdout.write(`${newMasterKey(id ?? new Date().toISOString().slice(0, 10))}\n`);
  return EXIT.done;
}

function endLine({ name, events, hash }: SealReport['streams'][number]): string {
  return `${name}: ${events} events, hash ${hash}`;
}

/** Copies of the file that were made before a change of its schema. */
function copiesOf(path: string): readonly string[] {
  const folder = dirname(path);
  if (!existsSync(folder)) return [];
  const start = `${basename(path)}.v`;
  const names = readdirSync(folder).filter(
    (name) => name.startsWith(start) && name.endsWith('.bak'),
  );
  return names.map((name) => join(folder, name));
}
