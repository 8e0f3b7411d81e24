import { ConfigError } from '../errors/config-error.ts';
import { requireFields } from '../internal/require-fields.ts';
import { SPAN, type Span, spanMs } from '../internal/span-ms.ts';
import type { Practice } from '../route/practice-entry.ts';
import type { EventData } from '../spec/event.ts';
import type { PracticeRecord } from '../spec/practice-record.ts';
import type { OpenKernel } from './open-kernel.ts';
import { type DroppedPractice, practiceDropped } from './practice-dropped.ts';
import { type PracticeInput, practiceNoted } from './practice-noted.ts';
import { planTidying } from './practice-pass.ts';
import {
  type ImportedPractices,
  type ImportOptions,
  practicesImported,
} from './practices-imported.ts';
import { practicesTidied, tidyWords } from './practices-tidied.ts';
import { requirePerson } from './require-person.ts';
import type { Settings } from './settings.ts';

/** How practices are tidied at a person's word. */
export interface TidyOrder {
  /** Says what would be done, and does nothing. The default is false. */
  readonly dryRun?: boolean;
  /** How long a finding may not have come before it is let go of, in ms or such as `90d`; the default is that of the options. */
  readonly forgetAfter?: Span;
}

/** What was tidied, or would be, as the event has it. */
export type TidiedPractices = Omit<EventData['practice.tidied'], 'by'>;

/** What persons have to say of best practices: each order is an event, durable once it resolves. */
export interface PracticeOrders {
  /**
   * Notes what works with a model at one kind of task, or at all of them, with prompts of one framework or all; its prompts tell it from
   * then on. An empty note takes back what was noted there. Throws `ConfigError` `config.unknown-model`, and `config.practice` for a note
   * that is too long, a kind, a framework or a name that is none.
   */
  notePractice(note: PracticeInput, by: string): Promise<void>;

  /**
   * Takes back what was learned of a model, as `practices()` lists it: one finding by its pattern, which is not learned again there, or
   * all that is known. Its prompts tell it no more. Throws `ConfigError` `config.practice`.
   */
  dropPractice(what: DroppedPractice, by: string): Promise<void>;

  /**
   * Takes over what `practices()` gave elsewhere, all of it or nothing. What is known here already of the same model, kind and framework
   * stays as it is, unless `replace` is said. Throws `ConfigError` `config.practice`.
   */
  importPractices(
    records: readonly PracticeRecord[],
    by: string,
    options?: ImportOptions,
  ): Promise<ImportedPractices>;

  /**
   * Tidies what was learned, as it is done from time to time by itself: merges findings that say the same, lets go of those that came no
   * more, and puts records into the past that nobody needs. What a person noted or took back is not touched. With `dryRun` it says what it
   * would do. Who is gone only a team can tell; a custodian leaves models alone. Throws `ConfigError` `config.practice`.
   */
  tidyPractices(by: string, order?: TidyOrder): Promise<TidiedPractices>;
}

/** Takes orders about practices for whoever has a project open; `open` throws where nobody has it any more. */
export function createPracticeDesk(ground: {
  readonly settings: Pick<Settings, 'clock' | 'members' | 'roles' | 'tidying'>;
  readonly open: Pick<OpenKernel, 'journal' | 'projection'>;
}): PracticeOrders {
  const { settings } = ground;
  const known = (): readonly Practice[] => ground.open.projection.routing.practices.list();
  return {
    notePractice: async (note, by) => {
      await ground.open.journal.append([practiceNoted(settings, known(), note, by)]);
    },
    dropPractice: async (what, by) => {
      await ground.open.journal.append([practiceDropped(settings, known(), what, by)]);
    },
    importPractices: async (records, by, options = {}) => {
      const { drafts, ...imported } = practicesImported(settings, known(), records, by, options);
      if (drafts.length > 0) await ground.open.journal.append(drafts);
      return imported;
    },
    tidyPractices: async (by, order = {}) => {
      const { dryRun = false, forgetAfter } = checked(order);
      const person = requirePerson(by, settings.members.keys(), 'has practices tidied');
      const { projection, journal } = ground.open;
      const forgetMs = forgetAfter === undefined ? settings.tidying.forgetMs : spanMs(forgetAfter);
      const plan = planTidying({ settings, projection }, forgetMs);
      const { undated, ...tidied } = plan;
      const isNothing = plan.changes.length + undated === 0;
      if (!dryRun && !isNothing) await journal.append([practicesTidied(plan, person)]);
      return { ...tidied, because: tidyWords(plan) };
    },
  };
}

const FIELDS: readonly (keyof TidyOrder)[] = ['dryRun', 'forgetAfter'];
/** A shorter span would let go of what is going on. */
const SHORTEST_MS = 60_000;

function checked(order: TidyOrder): TidyOrder {
  requireFields('how practices are tidied', order, FIELDS, 'config.practice');
  const { dryRun, forgetAfter }: { readonly [field in keyof TidyOrder]: unknown } = order;
  if (dryRun !== undefined && typeof dryRun !== 'boolean') {
    throw new ConfigError('config.practice', 'dryRun is true or false.');
  }
  if (forgetAfter !== undefined && !isSpan(forgetAfter)) {
    throw new ConfigError(
      'config.practice',
      `forgetAfter is a minute or more, in ms or in days or hours such as 90d or 12h, and not ${JSON.stringify(forgetAfter)}.`,
    );
  }
  return order;
}

function isSpan(value: unknown): value is Span {
  const isNumber = typeof value === 'number' && Number.isFinite(value);
  const isWord = typeof value === 'string' && SPAN.test(value);
  return (isNumber || isWord) && spanMs(value as Span) >= SHORTEST_MS;
}
