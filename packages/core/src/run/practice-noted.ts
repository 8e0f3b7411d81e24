import { ConfigError } from '../errors/config-error.ts';
import { suggest } from '../internal/nearest.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { TaskKind } from '../spec/task.ts';
import { requirePerson } from './require-person.ts';
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

/** Longest note, in characters: it stands in every prompt of the model. */
const NOTE_LENGTH = 500;

/** The event of a note. Throws `ConfigError`: `config.unknown-model` naming the nearest, `config.practice` for a note or a name that is none. */
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
  const said: unknown = note;
  if (typeof said !== 'string' || said.length > NOTE_LENGTH) {
    throw new ConfigError(
      'config.practice',
      `A note on a model is a text of at most ${NOTE_LENGTH} characters, as it stands in each of its prompts; this one is ${typeof said === 'string' ? `of ${said.length}` : typeof said}.`,
    );
  }
  const person = requirePerson(by, members.keys(), 'notes what works with a model');
  return {
    type: 'practice.noted',
    actor: `person:${person}`,
    model,
    data: { model: member.version, ...(kind === undefined ? {} : { kind }), note, by: person },
  };
}
