import { resolve } from 'node:path';
import { ConfigError } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import { exportStore, fileSink, fingerprintOf } from '@overseer/storage/package';
import { EXIT } from '../exit-code.ts';
import { requireJournal } from '../setup/open-journal.ts';
import { processOutput, wordsOutput } from '../view/presenter.ts';
import { count, oneLine, plural } from '../view/words.ts';
import type { SealFlags } from './moving-flags.ts';
import { sealingOf } from './package-keys.ts';
import { projectOf } from './project-of.ts';
import { openJournal } from './read-journal.ts';
import { untilStopped } from './until-stopped.ts';

/** What `overseer export` is told. */
export interface ExportFlags extends SealFlags {
  readonly stream: readonly string[];
  readonly user?: string;
  /** What a sealed journal says may stand in the package for everybody to read. */
  readonly inTheClear?: boolean;
}

/** `overseer export`: a package of a journal, beside whoever works on it. Returns the exit code. */
export async function exportCommand(file: string, flags: ExportFlags): Promise<number> {
  const project = projectOf(flags);
  requireJournal(project);
  const words = wordsOutput(flags.json === true);
  const sealing = sealingOf(project, flags, (line) => words.write(`${line}\n`));
  const path = resolve(project.folder, file);
  return await untilStopped('Stopped: nothing was written.', async ({ signal, progress }) => {
    const store = await openJournal(flags);
    try {
      requireSealing(store, flags);
      await using sink = await fileSink(path);
      const { manifest, hash, bytes } = await exportStore(store, sink, {
        ...sealing,
        ...(flags.stream.length === 0 ? {} : { streams: flags.stream }),
        signal,
        onProgress: ({ events, of }) => progress(`${count(events)} of ${plural(of, 'event')}`),
      });
      signal.throwIfAborted();
      await sink.commit();
      if (flags.json === true) {
        const { events, blobs, streams } = manifest;
        processOutput().write(
          `${JSON.stringify({ file: path, hash, bytes, events, blobs, streams })}\n`,
        );
      } else {
        words.write(
          `${plural(manifest.events, 'event')} in ${oneLine(path)}, ${count(bytes)} bytes, signed by ${fingerprintOf(manifest.sender)}.\n`,
        );
      }
      return EXIT.done;
    } finally {
      await store.close();
    }
  });
}

function requireSealing({ name, capabilities }: StateStore, flags: ExportFlags): void {
  const isSealed = flags.to.length > 0 || flags.passphrase === true;
  if (capabilities.erasable !== true || isSealed || flags.inTheClear === true) return;
  throw new ConfigError(
    'config.unsealed-export',
    `${oneLine(name)} is sealed, and the package would be readable for everybody: say with --to KEY for whom it is, or --passphrase, or --in-the-clear where that is meant.`,
  );
}
