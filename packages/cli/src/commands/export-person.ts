import { resolve } from 'node:path';
import { personalData } from '@overseer/core';
import { fileSink } from '@overseer/storage/package';
import { EXIT } from '../exit-code.ts';
import { projectStreams } from '../setup/projects-in.ts';
import { unknownPerson } from '../setup/unknown-person.ts';
import { processOutput, wordsOutput } from '../view/presenter.ts';
import { oneLine, plural } from '../view/words.ts';
import type { ExportFlags } from './export.ts';
import { projectOf } from './project-of.ts';
import { openJournal } from './read-journal.ts';
import { untilStopped } from './until-stopped.ts';

/**
 * `overseer export --user`: what a journal holds of a person, as JSON lines that anybody can read, in a file of mode 0600. Returns the
 * exit code.
 */
export async function exportPersonCommand(
  file: string,
  user: string,
  flags: ExportFlags,
): Promise<number> {
  const path = resolve(projectOf(flags).folder, file);
  return await untilStopped('Stopped: nothing was written.', async ({ signal }) => {
    const store = await openJournal(flags);
    try {
      await using sink = await fileSink(path);
      let events = 0;
      for (const stream of await projectStreams(store)) {
        for await (const event of personalData(store, stream, user)) {
          signal.throwIfAborted();
          await sink.write(Buffer.from(`${JSON.stringify(event)}\n`));
          events++;
        }
      }
      const unknown = events === 0 ? await unknownPerson(store, user) : undefined;
      if (unknown !== undefined) throw unknown;
      await sink.commit();
      const said = { file: path, user, events };
      if (flags.json === true) processOutput().write(`${JSON.stringify(said)}\n`);
      else {
        const words = `${plural(events, 'event')} of ${oneLine(user)} in ${oneLine(path)}, readable by all who can open it.\n`;
        wordsOutput(false).write(words);
      }
      return EXIT.done;
    } finally {
      await store.close();
    }
  });
}
