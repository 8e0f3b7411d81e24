import { ConfigError } from '../errors/config-error.ts';
import { suggest } from '../internal/nearest.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { TaskKind } from '../spec/task.ts';
import type { Settings } from './settings.ts';

/** What a person has to say about a model. */
export interface PracticeInput {
  /** A model of the team, by its name. */
  readonly model: string;
  /** The kind of task that it is about; all kinds where left out. */
  readonly kind?: TaskKind;
  /** At most 500 characters; an empty one takes back what was noted there. */
  readonly note: string;
}

/** The event of a note. Throws `ConfigError` `config.unknown-model` naming the nearest. */
export function practiceNoted(
  { members }: Settings,
  { model, kind, note }: PracticeInput,
  by: string,
): EventDraft<'practice.noted'> {
  const member = members.get(model);
  if (member === undefined) {
    throw new ConfigError(
      'config.unknown-model',
      `There is no model ${JSON.stringify(model)} to note something about; ${suggest(model, [...members.keys()])}.`,
    );
  }
  return {
    type: 'practice.noted',
    actor: `person:${by}`,
    model,
    data: {
      model: member.version,
      ...(kind === undefined ? {} : { kind }),
      note: note.slice(0, 500),
      by,
    },
  };
}
