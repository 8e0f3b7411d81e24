import { compactPostgres, isPostgresAddress } from '@overseer/storage/postgres';
import { compactFile } from '@overseer/storage/sqlite';
import { EXIT } from '../exit-code.ts';
import { shownJournal } from '../setup/open-journal.ts';
import { anyJournalOf, lookAfter, tell, type UpkeepFlags } from './upkeep.ts';

/**
 * `overseer compact`: removes large values that nothing names any more, and old snapshots, and says how much room that gave. Returns the
 * exit code: `EXIT.failed` where an event cannot be read, so that nobody knows what it names, and where values had to be left.
 */
export function compactCommand(place: string | undefined, flags: UpkeepFlags): Promise<number> {
  const stopped = 'Stopped: what was removed named nothing, and the journal is whole.';
  return lookAfter(async (options) => {
    const journal = anyJournalOf(place === undefined ? flags : { ...flags, journal: place });
    const compact = isPostgresAddress(journal) ? compactPostgres : compactFile;
    const report = await compact(journal, options);
    const { blobs, snapshots, bytes, damaged, left = 0 } = report;
    tell(flags.json, report, [
      `${blobs} large values and ${snapshots} snapshots removed: ${bytes} bytes`,
      ...(left === 0
        ? []
        : [`${left} are left: somebody wrote for long without an end. Compact it again later.`]),
      damaged === undefined
        ? `Compact: ${shownJournal(journal)}`
        : `Stopped at seq ${damaged.seq} of ${damaged.stream}, which cannot be read as it was written: run "overseer verify".`,
    ]);
    return damaged === undefined && left === 0 ? EXIT.done : EXIT.failed;
  }, stopped);
}
