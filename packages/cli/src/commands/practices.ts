import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createCustodian, lookAtPractices, type Practice } from '@overseer/core';
import { ConfigError } from '@overseer/core/plugin';
import type { PracticeRecord } from '@overseer/core/spec';
import { EXIT } from '../exit-code.ts';
import { readingStoreOf, requireJournal, storeOf } from '../setup/open-journal.ts';
import { findProject, type Project } from '../setup/project.ts';
import { practiceLines } from '../view/practice-lines.ts';
import { oneLine, plural } from '../view/words.ts';
import { type ProjectFlags, whichProject } from './project/open-project.ts';
import { tell } from './upkeep.ts';

/** What `overseer practices` is told. */
export interface PracticesFlags extends ProjectFlags {
  readonly model?: string;
  readonly kind?: string;
}

/** What a command is told that changes something of them. */
export interface PracticeFlags extends ProjectFlags {
  readonly by: string;
  readonly kind?: string;
  readonly pattern?: string;
  readonly new?: boolean;
  readonly replace?: boolean;
}

/** `overseer practices`: what is known of each model at each kind of task; works beside a run. Returns the exit code. */
export async function listPracticesCommand(flags: PracticesFlags): Promise<number> {
  const open = readingStoreOf(placeOf(flags));
  const all = await lookAtPractices(open, await whichProject(open, flags.project));
  const wanted = all.filter((one) => isWanted(one, flags));
  if (flags.json === true) for (const one of wanted) tell(true, one, []);
  else tell(false, wanted, practiceLines(wanted));
  return EXIT.done;
}

/** Notes on all kinds of task are about each of them. */
function isWanted({ model, kind }: Practice, wanted: PracticesFlags): boolean {
  const isKind = wanted.kind === undefined || kind === wanted.kind || kind === '*';
  return isKind && (wanted.model === undefined || model === wanted.model);
}

/** `overseer practices note`: notes what works with a model. Returns the exit code. */
export async function notePracticeCommand(
  model: string,
  note: string,
  flags: PracticeFlags,
): Promise<number> {
  await using custodian = await openForOrders(flags);
  const isNew = flags.new === true;
  await custodian.notePractice({ model, note, ...kindOf(flags), isNew }, flags.by);
  const at = atKind(flags);
  const line = note.trim() === '' ? 'Took back what was noted' : `Noted: "${note}"`;
  tell(flags.json, { model, ...kindOf(flags), note, by: flags.by }, [
    oneLine(`${line}, for ${model}${at}.`),
  ]);
  return EXIT.done;
}

/** `overseer practices drop`: takes back what was learned of a model. Returns the exit code. */
export async function dropPracticeCommand(model: string, flags: PracticeFlags): Promise<number> {
  const { pattern, by } = flags;
  await using custodian = await openForOrders(flags);
  const what = { model, ...kindOf(flags), ...(pattern === undefined ? {} : { pattern }) };
  await custodian.dropPractice(what, by);
  const line =
    pattern === undefined
      ? `Nothing is known of ${model}${atKind(flags)} any more.`
      : `"${pattern}" is told no more to ${model}${atKind(flags)}, and not learned again.`;
  tell(flags.json, { ...what, by }, [oneLine(line)]);
  return EXIT.done;
}

/** `overseer practices import`: takes over what was exported elsewhere. Returns the exit code. */
export async function importPracticesCommand(file: string, flags: PracticeFlags): Promise<number> {
  const records = readRecords(file);
  const { replace = false, by } = flags;
  await using custodian = await openForOrders(flags);
  const imported = await custodian.importPractices(records, by, { replace });
  const { taken, kept } = imported;
  const rest =
    kept.length === 0
      ? ''
      : ` ${plural(kept.length, 'record')} left out, as the same model and kind are known here; --replace has them give way.`;
  tell(flags.json, imported, [oneLine(`${plural(taken.length, 'record')} taken over.${rest}`)]);
  return EXIT.done;
}

async function openForOrders(flags: ProjectFlags) {
  const store = storeOf(placeOf(flags));
  return await createCustodian({ store, project: await whichProject(store, flags.project) });
}

function placeOf({ repo: repository, journal }: ProjectFlags): Project {
  const place = findProject({ repository, journal, folder: process.cwd() });
  requireJournal(place);
  return place;
}

function kindOf({ kind }: PracticeFlags): { readonly kind?: string } {
  return kind === undefined ? {} : { kind };
}

function atKind({ kind }: PracticeFlags): string {
  return kind === undefined ? '' : ` at ${kind}`;
}

/** One JSON object a line, or a list of them. The rest is checked where they are taken. */
function readRecords(file: string): readonly PracticeRecord[] {
  const path = resolve(file);
  const problem = (why: unknown): ConfigError =>
    new ConfigError(
      'config.practice',
      `${path} cannot be read (${why instanceof Error ? why.message : String(why)}): name a file with what "overseer practices list --json" printed.`,
    );
  try {
    const text = readFileSync(path, 'utf8').trim();
    if (text.startsWith('[')) return JSON.parse(text);
    return text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line)]));
  } catch (error) {
    throw problem(error);
  }
}
