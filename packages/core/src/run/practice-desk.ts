import type { Practice } from '../route/practices.ts';
import type { PracticeRecord } from '../spec/practice-record.ts';
import type { OpenKernel } from './open-kernel.ts';
import { type DroppedPractice, practiceDropped } from './practice-dropped.ts';
import { type PracticeInput, practiceNoted } from './practice-noted.ts';
import {
  type ImportedPractices,
  type ImportOptions,
  practicesImported,
} from './practices-imported.ts';
import type { Settings } from './settings.ts';

/** What persons have to say of best practices: each order is an event, durable once it resolves. */
export interface PracticeOrders {
  /**
   * Notes what works with a model at one kind of task, or at all of them; its prompts tell it from then on. An empty note takes back what
   * was noted there. Throws `ConfigError` `config.unknown-model`, and `config.practice` for a note that is too long, a kind or a name that
   * is none.
   */
  notePractice(note: PracticeInput, by: string): Promise<void>;

  /**
   * Takes back what was learned of a model, as `practices()` lists it: one finding by its pattern, which is not learned again there, or
   * all that is known. Its prompts tell it no more. Throws `ConfigError` `config.practice`.
   */
  dropPractice(what: DroppedPractice, by: string): Promise<void>;

  /**
   * Takes over what `practices()` gave elsewhere, all of it or nothing. What is known here already of the same model and kind stays as it
   * is, unless `replace` is said. Throws `ConfigError` `config.practice`.
   */
  importPractices(
    records: readonly PracticeRecord[],
    by: string,
    options?: ImportOptions,
  ): Promise<ImportedPractices>;
}

/** Takes orders about practices for whoever has a project open; `open` throws where nobody has it any more. */
export function createPracticeDesk(ground: {
  readonly settings: Pick<Settings, 'members'>;
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
  };
}
