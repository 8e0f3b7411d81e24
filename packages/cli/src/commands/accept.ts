import { resolve } from 'node:path';
import { ConfigError } from '@overseer/core/plugin';
import { type AcceptedHandoff, acceptHandoff, type HandoffTeam } from '@overseer/storage/handoff';
import { fileSink, fingerprintOf, type OpenedPackage } from '@overseer/storage/package';
import { EXIT } from '../exit-code.ts';
import { keyPlace, readKey } from '../setup/key-file.ts';
import { modelsOf } from '../setup/model-flags.ts';
import { storeOf } from '../setup/open-journal.ts';
import type { Project } from '../setup/project.ts';
import { teamOf, teamParts } from '../setup/team.ts';
import { processOutput, wordsOutput } from '../view/presenter.ts';
import { oneLine, plural } from '../view/words.ts';
import { publicKeyOf } from './handoff-flags.ts';
import { openFile } from './import.ts';
import { type OpenFlags, projectOf } from './moving-flags.ts';
import { untilStopped } from './until-stopped.ts';

/** What `overseer accept` is told. */
export interface AcceptFlags extends OpenFlags {
  readonly model: readonly string[];
  readonly baseUrl?: string;
  readonly answer?: string;
  readonly secrets?: string;
}

/**
 * `overseer accept`: takes a project that was handed off, from a package to a journal, and writes the receipt for its sender.
 * Returns the exit code. Throws what `openPackage` and `acceptHandoff` throw.
 */
export async function acceptCommand(file: string, flags: AcceptFlags): Promise<number> {
  const place = projectOf(flags);
  const { secret } = readKey(keyPlace(place, flags.key));
  const path = resolve(place.folder, file);
  const from = flags.from.map((key) => publicKeyOf(place, key));
  const team = teamFor(place, flags);
  const stopped =
    'Stopped: what was taken so far is kept, and the same command goes on from there.';
  return await untilStopped(stopped, async (stoppable) => {
    const opened = await openFile(
      path,
      { secret, ...(from.length === 0 ? {} : { from }) },
      stoppable,
    );
    const store = await storeOf(place)();
    try {
      const accepted = await acceptHandoff(opened, { store, secret, team });
      const answer = resolve(place.folder, flags.answer ?? `${file}.answer`);
      await keepFile(answer, `${JSON.stringify(accepted.receipt, null, 2)}\n`);
      if (flags.secrets !== undefined) {
        const secrets = JSON.stringify(accepted.secrets, null, 2);
        await keepFile(resolve(place.folder, flags.secrets), `${secrets}\n`);
      }
      tell(accepted, opened, answer, flags);
      return EXIT.done;
    } finally {
      await store.close();
    }
  });
}

/** What works on a project where the command is run: `overseer resume` with the same flags. */
function teamFor({ repository }: Project, { model, baseUrl }: AcceptFlags): HandoffTeam {
  const { tools, roles, validators } = teamParts({ hasFiles: repository !== undefined });
  const models =
    model.length === 0 ? {} : teamOf(modelsOf({ model, baseUrl }, process.env), []).models;
  return { models, tools, roles, validators };
}

/** A file that only this user may read, whole or not at all. */
async function keepFile(path: string, text: string): Promise<void> {
  try {
    await using sink = await fileSink(path);
    await sink.write(Buffer.from(text));
    await sink.commit();
  } catch (error) {
    throw unwritten(path, error);
  }
}

function unwritten(path: string, error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error;
  return new ConfigError(
    'config.answer',
    `The package was answered, but ${path} cannot be written: ${error.message}. Name another place with --answer or --secrets, and accept it again: it comes to the same.`,
    { cause: error },
  );
}

function tell(
  { project, secrets }: AcceptedHandoff,
  { manifest }: OpenedPackage,
  answer: string,
  flags: AcceptFlags,
): void {
  const { sender, events } = manifest;
  // Values are in no output.
  const names = Object.keys(secrets);
  if (flags.json === true) {
    const said = { answer: 'receipt', project, sender, events, file: answer, secrets: names };
    processOutput().write(`${JSON.stringify(said)}\n`);
    return;
  }
  const sealed =
    names.length === 0
      ? ''
      : flags.secrets === undefined
        ? ` It has secrets sealed in it, ${oneLine(names.join(', '))}: --secrets writes them to a file.`
        : ` Its secrets, ${oneLine(names.join(', '))}, are in ${oneLine(flags.secrets)}.`;
  wordsOutput(false).write(
    `${oneLine(project)} goes on here: ${plural(events, 'event')} from ${fingerprintOf(sender)}.${sealed}\nThe receipt is in ${oneLine(answer)}: send it back, for overseer close-handoff.\n`,
  );
}
