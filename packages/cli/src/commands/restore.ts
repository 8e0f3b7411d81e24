import { ConfigError } from '@overseer/core/plugin';
import { restore } from '@overseer/storage/backup';
import { EXIT } from '../exit-code.ts';
import { backupPlace } from '../setup/backup-place.ts';
import type { BucketFlags } from '../setup/bucket-flags.ts';
import { requireFile, sealedFile } from '../setup/open-journal.ts';
import { processOutput } from '../view/presenter.ts';
import { count, oneLine, plural } from '../view/words.ts';
import type { OpenFlags } from './moving-flags.ts';
import { openingOf } from './package-keys.ts';
import { projectOf } from './project-of.ts';
import { untilStopped } from './until-stopped.ts';

/** What `overseer restore` is told. */
export interface RestoreFlags extends OpenFlags, BucketFlags {
  readonly at?: string;
  readonly skipDamaged?: boolean;
}

/** `overseer restore`: puts the newest backup, or the state at a moment, where no journal is. Returns the exit code. */
export async function restoreCommand(place: string, flags: RestoreFlags): Promise<number> {
  const project = projectOf(flags);
  requireFile(project);
  const at = flags.at === undefined ? undefined : momentOf(flags.at);
  const keys = openingOf(project, flags);
  return await untilStopped('Stopped: nothing was restored.', async ({ signal, progress }) => {
    const target = backupPlace(project, place, flags, signal);
    const restored = await restore(target, project.journal, {
      ...keys,
      ...sealedFile(),
      ...(at === undefined ? {} : { at }),
      skipDamaged: flags.skipDamaged ?? false,
      signal,
      onProgress: ({ name, bytes }) => progress(`${name}: ${count(bytes)} bytes`),
    });
    for (const { name, because } of restored.skipped) {
      process.stderr.write(`${oneLine(`Left out ${name}: ${because}`)}\n`);
    }
    if (flags.json === true) {
      processOutput().write(`${JSON.stringify({ journal: project.journal, ...restored })}\n`);
    } else {
      const events = Object.values(restored.heads).reduce((sum, head) => sum + head, 0);
      const made = new Date(restored.madeAt).toISOString();
      processOutput().write(
        `${plural(events, 'event')} in ${oneLine(project.journal)}, from the backup of ${made}.\n`,
      );
    }
    return EXIT.done;
  });
}

/** Throws `ConfigError` `config.command-line`. */
function momentOf(text: string): number {
  const at = /^\d{11,15}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isFinite(at)) return at;
  throw new ConfigError(
    'config.command-line',
    `--at takes a moment such as 2026-11-27T07:00:00Z or epoch ms, and got ${JSON.stringify(text)}.`,
  );
}
