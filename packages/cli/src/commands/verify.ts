import { isPostgresAddress, verifyPostgres } from '@overseer/storage/postgres';
import {
  type FileProblem,
  type FileReport,
  type StreamReport,
  verifyFile,
} from '@overseer/storage/sqlite';
import { EXIT } from '../exit-code.ts';
import { anyJournalOf, lookAfter, tell, type UpkeepFlags } from './upkeep.ts';

/** `overseer verify`: whether all of a journal is what was written. Returns the exit code: `EXIT.failed` where it is not. */
export function verifyCommand(flags: UpkeepFlags): Promise<number> {
  return lookAfter(async (options) => {
    const journal = anyJournalOf(flags);
    const isDatabase = isPostgresAddress(journal);
    const verify = isDatabase ? verifyPostgres : verifyFile;
    const report = await verify(journal, options);
    tell(flags.json, report, reportLines(report, isDatabase ? MEND : REPAIR));
    return report.isSound ? EXIT.done : EXIT.failed;
  });
}

const REPAIR = 'Restore it from a backup, or run "overseer repair", which leaves it as it is.';
const MEND =
  'Restore the database from a backup, or run "overseer repair", which mends it in its place.';

function reportLines(
  { path, isSound, streams, problems, problemCount, blobs }: FileReport,
  advice: string,
): readonly string[] {
  const more = problemCount - problems.length;
  return [
    ...streams.map(streamLine),
    `${blobs.count} large values${blobs.unopened === 0 ? '' : `, ${blobs.unopened} sealed and not opened`}`,
    ...problems.map(problemLine),
    ...(more > 0 ? [`and ${more} more`] : []),
    isSound ? `Sound: ${path}` : `Not sound: ${path}. ${advice}`,
  ];
}

function streamLine({ name, events, goodTo, hash, erased, lost, unopened }: StreamReport): string {
  const more = [
    ...(erased === 0 ? [] : [`${erased} erased`]),
    ...(lost === 0 ? [] : [`${lost} lost to damage and repaired`]),
    ...(unopened === 0 ? [] : [`${unopened} sealed and not opened`]),
  ];
  const proof = hash === '' ? '' : `, hash ${hash}`;
  return `${name}: ${events} events, proven up to seq ${goodTo}${proof}${more.map((one) => `, ${one}`).join('')}`;
}

function problemLine({ of, what, stream, seq }: FileProblem): string {
  const place = seq === undefined ? of : `seq ${seq}${stream === undefined ? '' : ` of ${stream}`}`;
  return `✗ ${place}: ${what}`;
}
