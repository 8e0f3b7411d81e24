import { dirname, resolve } from 'node:path';
import { isPostgresAddress, repairPostgres } from '@overseer/storage/postgres';
import { type Mended, type RepairReport, repairFile } from '@overseer/storage/sqlite';
import { EXIT } from '../exit-code.ts';
import { shownJournal } from '../setup/open-journal.ts';
import { anyJournalOf, lookAfter, tell, type UpkeepFlags } from './upkeep.ts';

/** What `overseer repair` is told. */
export interface RepairFlags extends UpkeepFlags {
  readonly out?: string;
}

/**
 * `overseer repair`: makes a sound journal of a damaged one, of a file in a new file, and says what was lost. Returns the exit code:
 * `EXIT.failed` where an event was lost.
 */
export function repairCommand(flags: RepairFlags): Promise<number> {
  const path = anyJournalOf(flags);
  if (isPostgresAddress(path)) return repairDatabase(path, flags);
  return lookAfter(async (options) => {
    const repaired = flags.out === undefined ? `${path}.repaired` : resolve(flags.out);
    const onPages = (bytes: number): void => tellPages(bytes, repaired);
    const report = await repairFile(path, repaired, { ...options, onPages });
    const { streams, quarantined } = report;
    tell(flags.json, report, [
      ...streams.map(streamLine),
      ...(quarantined === 0
        ? []
        : [`${quarantined} damaged rows are kept in ${repaired}.quarantine.jsonl`]),
      `Repaired: ${repaired}. The damaged journal is as it was; move it away and this one to its place.`,
    ]);
    return codeOf(report);
  });
}

function tellPages(bytes: number, repaired: string): void {
  const room = `${Math.ceil(bytes / 1_048_576)} MiB in ${dirname(repaired)}`;
  const why = 'What leads to the events is damaged too, so that every page is read by itself.';
  process.stderr.write(`${why} This takes up to ${room} while it runs.\n`);
}

/** A database is repaired in its place, and what was damaged stands in a file here. */
function repairDatabase(address: string, flags: RepairFlags): Promise<number> {
  const stopped =
    'Stopped: streams that were not mended yet are as they were, and the same command goes on.';
  return lookAfter(async (options) => {
    const aside = resolve(flags.out ?? 'overseer.quarantine.jsonl');
    const report = await repairPostgres(address, aside, options);
    tell(flags.json, report, [
      ...report.streams.map(streamLine),
      ...(report.quarantined === 0
        ? []
        : [`${report.quarantined} damaged rows are kept in ${aside}`]),
      `Repaired: ${shownJournal(address)}, in its place`,
    ]);
    return codeOf(report);
  }, stopped);
}

function codeOf({ streams }: RepairReport): number {
  const isWhole = streams.every(({ lostCount, cut }) => lostCount + cut === 0);
  return isWhole ? EXIT.done : EXIT.failed;
}

function streamLine({ name, events, lost, lostCount, newFrom, cut }: Mended): string {
  const parts = [
    `${name}: ${events} events`,
    ...(lostCount === 0
      ? []
      : [`${lostCount} lost (seq ${lost.join(', ')}${lostCount > lost.length ? ', …' : ''})`]),
    ...(cut === 0 ? [] : [`${cut} cut off its end`]),
    ...(newFrom === undefined ? [] : [`new hashes from seq ${newFrom} on`]),
  ];
  return parts.join(', ');
}
