import { existsSync } from 'node:fs';
import { ProgressFold, upcastEvents } from '@overseer/core';
import { type DrillReport, drill } from '@overseer/storage/backup';
import { EXIT } from '../exit-code.ts';
import { backupPlace } from '../setup/backup-place.ts';
import type { BucketFlags } from '../setup/bucket-flags.ts';
import { requireFile, sealedFile } from '../setup/open-journal.ts';
import { processOutput } from '../view/presenter.ts';
import { count, oneLine, plural, span } from '../view/words.ts';
import type { OpenFlags } from './moving-flags.ts';
import { openingOf } from './package-keys.ts';
import { projectOf } from './project-of.ts';
import { untilStopped } from './until-stopped.ts';

/**
 * `overseer drill`: restores the newest backup elsewhere, reads and folds all of it, compares it with the journal where there is
 * one, and says what a lost disk would cost. Returns the exit code.
 */
export async function drillCommand(place: string, flags: OpenFlags & BucketFlags): Promise<number> {
  const project = projectOf(flags);
  requireFile(project);
  const keys = openingOf(project, flags);
  return await untilStopped('Stopped: the drill came to no end.', async ({ signal, progress }) => {
    const target = backupPlace(project, place, flags, signal);
    const fold = new ProgressFold();
    const report = await drill(target, {
      ...keys,
      ...sealedFile(),
      ...(existsSync(project.journal) ? { journal: project.journal } : {}),
      take: (event) => {
        for (const known of upcastEvents([event])) fold.take(known);
      },
      signal,
      onProgress: ({ name, bytes }) => progress(`${name}: ${count(bytes)} bytes`),
    });
    const lines = flags.json === true ? [JSON.stringify(report)] : linesOf(report);
    processOutput().write(lines.map((line) => `${oneLine(line)}\n`).join(''));
    return EXIT.done;
  });
}

function linesOf({ id, events, missing, rtoMs, rpoMs }: DrillReport): readonly string[] {
  const behind =
    missing === undefined
      ? 'There is no journal to compare with.'
      : missing === 0
        ? 'It has every event of the journal.'
        : `The journal has ${plural(missing, 'event')} more.`;
  return [
    `Backup ${id} is whole: ${plural(events, 'event')}, each as it was written. ${behind}`,
    `Recovery time (RTO): ${span(rtoMs)}`,
    `Recovery point (RPO): ${span(rpoMs)}`,
  ];
}
