import { resolve } from 'node:path';
import { type Mended, repairFile } from '@overseer/storage/sqlite';
import { EXIT } from '../exit-code.ts';
import { journalOf, lookAfter, tell, type UpkeepFlags } from './upkeep.ts';

/** What `overseer repair` is told. */
export interface RepairFlags extends UpkeepFlags {
  readonly out?: string;
}

/**
 * `overseer repair`: makes a sound journal of a damaged one in a new file, and says what was lost. Returns the exit code:
 * `EXIT.failed` where an event was lost.
 */
export function repairCommand(flags: RepairFlags): Promise<number> {
  return lookAfter(async (options) => {
    const path = journalOf(flags);
    const repaired = flags.out === undefined ? `${path}.repaired` : resolve(flags.out);
    const report = await repairFile(path, repaired, options);
    const { streams, quarantined } = report;
    tell(flags.json, report, [
      ...streams.map(streamLine),
      ...(quarantined === 0
        ? []
        : [`${quarantined} damaged rows are kept in ${repaired}.quarantine.jsonl`]),
      `Repaired: ${repaired}. The damaged journal is as it was; move it away and this one to its place.`,
    ]);
    const isWhole = streams.every(({ lostCount, cut }) => lostCount + cut === 0);
    return isWhole ? EXIT.done : EXIT.failed;
  });
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
