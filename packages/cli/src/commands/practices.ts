import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createCustodian, lookAtPractices, type Practice, type Span } from '@overseer/core';
import { ConfigError } from '@overseer/core/plugin';
import type { PracticeRecord } from '@overseer/core/spec';
import { EXIT } from '../exit-code.ts';
import { readingStoreOf, requireJournal, storeOf } from '../setup/open-journal.ts';
import { findProject, type Project } from '../setup/project.ts';
import { practiceLines } from '../view/practice-lines.ts';
import { tidyLines } from '../view/tidy-lines.ts';
import { oneLine, plural } from '../view/words.ts';
import { type ProjectFlags, whichProject } from './project/open-project.ts';
import { tell } from './upkeep.ts';

/** What `overseer practices` is told. */
export interface PracticesFlags extends ProjectFlags {
  readonly model?: string;
  readonly kind?: string;
  readonly framework?: string;
  readonly past?: boolean;
}

/** What a command is told that changes something of them. */
export interface PracticeFlags extends ProjectFlags {
  readonly by: string;
  readonly kind?: string;
  readonly framework?: string;
  readonly pattern?: string;
  readonly new?: boolean;
  readonly replace?: boolean;
}

/** What the command is told that tidies them. */
export interface TidyFlags extends ProjectFlags {
  readonly by: string;
  readonly dryRun?: boolean;
  readonly forgetAfter?: string;
}

/** `overseer practices`: what is known of each model at each kind of task; works beside a run. Returns the exit code. */
export async function listPracticesCommand(flags: PracticesFlags): Promise<number> {
  const open = readingStoreOf(placeOf(flags));
  const all = await lookAtPractices(open, await whichProject(open, flags.project));
  const wanted = all.filter((one) => isWanted(one, flags));
  if (flags.json === true) for (const one of wanted) tell(true, one, []);
  else tell(false, wanted, practiceLines(wanted, flags.past === true));
  return EXIT.done;
}

/** Notes on all kinds of task are about each of them. */
function isWanted({ model, kind, framework }: Practice, wanted: PracticesFlags): boolean {
  const isKind = wanted.kind === undefined || kind === wanted.kind || kind === '*';
  const isFramework = wanted.framework === undefined || framework === wanted.framework;
  return isKind && isFramework && (wanted.model === undefined || model === wanted.model);
}

/** `overseer practices note`: notes what works with a model. Returns the exit code. */
export async function notePracticeCommand(
  model: string,
  note: string,
  flags: PracticeFlags,
): Promise<number> {
  await using custodian = await openForOrders(flags);
  const isNew = flags.new === true;
  await custodian.notePractice({ model, note, ...workOf(flags), isNew }, flags.by);
  const at = atWork(flags);
  const line = note.trim() === '' ? 'Took back what was noted' : `Noted: "${note}"`;
  tell(flags.json, { model, ...workOf(flags), note, by: flags.by }, [
    oneLine(`${line}, for ${model}${at}.`),
  ]);
  return EXIT.done;
}

/** `overseer practices drop`: takes back what was learned of a model. Returns the exit code. */
export async function dropPracticeCommand(model: string, flags: PracticeFlags): Promise<number> {
  const { pattern, by } = flags;
  await using custodian = await openForOrders(flags);
  const what = { model, ...workOf(flags), ...(pattern === undefined ? {} : { pattern }) };
  await custodian.dropPractice(what, by);
  const line =
    pattern === undefined
      ? `Nothing is known of ${model}${atWork(flags)} any more.`
      : `"${pattern}" is told no more to ${model}${atWork(flags)}, and not learned again.`;
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
      : ` ${plural(kept.length, 'record')} left out, as the same model, kind and framework are known here; --replace has them give way.`;
  tell(flags.json, imported, [oneLine(`${plural(taken.length, 'record')} taken over.${rest}`)]);
  return EXIT.done;
}

/** `overseer practices tidy`: tidies what was learned, or says what it would do. Returns the exit code. */
export async function tidyPracticesCommand(flags: TidyFlags): Promise<number> {
  const { by, dryRun = false, forgetAfter } = flags;
  await using custodian = await openForOrders(flags);
  // What is no span is refused where it is taken.
  const after = forgetAfter === undefined ? {} : { forgetAfter: forgetAfter as Span };
  const tidied = await custodian.tidyPractices(by, { dryRun, ...after });
  tell(flags.json, tidied, tidyLines(tidied, dryRun));
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

function workOf({ kind, framework }: PracticeFlags): Pick<PracticeFlags, 'kind' | 'framework'> {
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(framework === undefined ? {} : { framework }),
  };
}

function atWork({ kind, framework }: PracticeFlags): string {
  const withIt = framework === undefined ? '' : ` with ${framework}`;
  return `${kind === undefined ? '' : ` at ${kind}`}${withIt}`;
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
