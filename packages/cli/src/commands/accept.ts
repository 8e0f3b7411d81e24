import { resolve } from 'node:path';
import { ConfigError } from '@overseer/core/plugin';
import {
  type AcceptedHandoff,
  type AnswerOptions,
  acceptHandoff,
  acceptLateReplies,
  answerHandoff,
  type HandoffAnswer,
  type HandoffTeam,
  isLatePackage,
  type LateTaken,
} from '@overseer/storage/handoff';
import {
  fileSink,
  fingerprintOf,
  openPackage,
  type PackageSource,
  packageFile,
  type Refusal,
  readLabel,
} from '@overseer/storage/package';
import { EXIT } from '../exit-code.ts';
import { keyPlace, readKey } from '../setup/key-file.ts';
import { modelsOf } from '../setup/model-flags.ts';
import { storeOf } from '../setup/open-journal.ts';
import type { Project } from '../setup/project.ts';
import { teamOf, teamParts } from '../setup/team.ts';
import { processOutput, wordsOutput } from '../view/presenter.ts';
import { count, oneLine, plural } from '../view/words.ts';
import { lateWords, publicKeyOf } from './handoff-flags.ts';
import { readable } from './import.ts';
import type { OpenFlags } from './moving-flags.ts';
import { projectOf } from './project-of.ts';
import { untilStopped } from './until-stopped.ts';

/** What `overseer accept` is told. */
export interface AcceptFlags extends OpenFlags {
  readonly model: readonly string[];
  readonly baseUrl?: string;
  readonly answer?: string;
  readonly secrets?: string;
  readonly refuse?: boolean;
}

/**
 * `overseer accept`: takes a project that was handed off, from a package to a journal, and writes the receipt for its sender; or the
 * refusal, where it cannot be taken and may be refused. Returns the exit code. Throws what `openPackage` and `acceptHandoff` throw.
 */
export async function acceptCommand(file: string, flags: AcceptFlags): Promise<number> {
  const place = projectOf(flags);
  const { secret } = readKey(keyPlace(place, flags.key));
  const path = resolve(place.folder, file);
  const from = flags.from.map((key) => publicKeyOf(place, key));
  const team = teamFor(place, flags);
  const stopped =
    'Stopped: what was taken so far is kept, and the same command goes on from there.';
  return await untilStopped(stopped, async ({ signal, progress }) => {
    const store = await storeOf(place)();
    try {
      const given = await readable(
        answer(packageFile(path), flags.refuse === true, {
          store,
          secret,
          team,
          ...(from.length === 0 ? {} : { from }),
          signal,
          onProgress: (bytes) => progress(`checked ${count(bytes)} bytes`),
        }),
      );
      if (given.kind === 'late') return tellLate(given, flags);
      const answerPath = resolve(place.folder, flags.answer ?? `${file}.answer`);
      const said = given.kind === 'accepted' ? given.receipt : given.refusal;
      await keepFile(answerPath, `${JSON.stringify(said, null, 2)}\n`);
      if (given.kind === 'refused') return tellRefused(given.refusal, answerPath, flags);
      if (flags.secrets !== undefined) {
        const secrets = JSON.stringify(given.secrets, null, 2);
        await keepFile(resolve(place.folder, flags.secrets), `${secrets}\n`);
      }
      return tellAccepted(given, answerPath, flags);
    } finally {
      await store.close();
    }
  });
}

/** Where nobody said that it may be refused for good, what is wrong can still be put right. */
async function answer(
  source: PackageSource,
  mayRefuse: boolean,
  options: AnswerOptions,
): Promise<HandoffAnswer | LateAnswer> {
  // A package of late replies has none, and is refused by nobody.
  const isHandoff = (await readLabel(source)) !== undefined;
  if (mayRefuse && isHandoff) return await answerHandoff(source, options);
  const opened = await openPackage(source, options);
  if (isLatePackage(opened)) {
    return { kind: 'late', ...(await acceptLateReplies(opened, options)) };
  }
  return { kind: 'accepted', ...(await acceptHandoff(opened, options)) };
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

type LateAnswer = { readonly kind: 'late' } & LateTaken;

function tellLate({ project, taken, present }: LateAnswer, { json }: AcceptFlags): number {
  if (json === true) {
    processOutput().write(`${JSON.stringify({ answer: 'replies', project, taken, present })}\n`);
  } else {
    wordsOutput(false).write(
      `${oneLine(project)} hears ${lateWords(taken)}${present === 0 ? '' : `; ${count(present)} were there`}.\n`,
    );
  }
  return EXIT.done;
}

function tellRefused(refusal: Refusal, file: string, { json }: AcceptFlags): number {
  const { handoff, code, because } = refusal;
  if (json === true) {
    const said = { answer: 'refusal', handoff, code, because, file };
    processOutput().write(`${JSON.stringify(said)}\n`);
  } else {
    wordsOutput(false).write(
      `It is refused for good: ${oneLine(because)} [${code}]\nThe refusal is in ${oneLine(file)}: send it back, for overseer close-handoff.\n`,
    );
  }
  return EXIT.failed;
}

function tellAccepted(
  { project, secrets, receipt }: AcceptedHandoff,
  file: string,
  flags: AcceptFlags,
): number {
  const { sender } = receipt;
  const events = receipt.heads[`project/${project}`] ?? 0;
  // Values are in no output.
  const names = Object.keys(secrets);
  if (flags.json === true) {
    const said = { answer: 'receipt', project, sender, events, file, secrets: names };
    processOutput().write(`${JSON.stringify(said)}\n`);
    return EXIT.done;
  }
  wordsOutput(false).write(
    `${oneLine(project)} goes on here: ${plural(events, 'event')} from ${fingerprintOf(sender)}.${secretsLine(names, flags.secrets)}\nThe receipt is in ${oneLine(file)}: send it back, for overseer close-handoff.\n`,
  );
  return EXIT.done;
}

function secretsLine(names: readonly string[], file: string | undefined): string {
  if (names.length === 0) return '';
  const listed = oneLine(names.join(', '));
  return file === undefined
    ? ` It has secrets sealed in it, ${listed}: --secrets writes them to a file.`
    : ` Its secrets, ${listed}, are in ${oneLine(file)}.`;
}
