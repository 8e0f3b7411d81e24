import { ConfigError } from '../errors/config-error.ts';
import { suggest } from '../internal/nearest.ts';
import { requireFields } from '../internal/require-fields.ts';
import type { EventDraft } from '../journal/draft.ts';
import { PRACTICE_BOUNDS, type Practice } from '../route/practice-entry.ts';
import type { TaskKind } from '../spec/task.ts';
import { requirePerson } from './require-person.ts';
import type { Settings } from './settings.ts';

/** What a person has to say about a model. */
export interface PracticeInput {
  /** A model of the team, by its name, or what it is, `provider/id`, of the team or of those that `practices()` lists. */
  readonly model: string;
  /** The kind of task that it is about, at most 100 characters; all kinds where left out. */
  readonly kind?: TaskKind;
  /** The framework of the prompts that it is about, by its id or its name in the team; all prompts where left out. */
  readonly framework?: string;
  /** At most 500 characters; an empty one takes back what was noted there. */
  readonly note: string;
  /** Whether `model` and `framework` may be such as are not known yet. */
  readonly isNew?: boolean;
}

const FIELDS: readonly (keyof PracticeInput)[] = ['model', 'kind', 'framework', 'note', 'isNew'];

/** Longest word for a kind of task. */
const KIND_LENGTH = 100;

/** The event of a note. Throws `ConfigError`: `config.unknown-model` naming the nearest, `config.practice` for a note, a kind or a name that is none. */
export function practiceNoted(
  { members, roles }: Pick<Settings, 'members' | 'roles'>,
  known: readonly Practice[],
  input: PracticeInput,
  by: string,
): EventDraft<'practice.noted'> {
  const { model, kind, note } = checked(input);
  const member = members.get(model);
  const version = member?.version ?? requireVersion(input, members, known);
  const framework = frameworkOf(input, roles, known);
  const person = requirePerson(by, members.keys(), 'notes what works with a model');
  return {
    type: 'practice.noted',
    actor: `person:${person}`,
    ...(member === undefined ? {} : { model }),
    data: {
      model: version,
      ...(kind === undefined ? {} : { kind }),
      ...(framework === undefined ? {} : { framework }),
      note,
      by: person,
    },
  };
}

function checked(input: PracticeInput): PracticeInput {
  requireFields('a note on a model', input, FIELDS, 'config.practice');
  const { model, kind, note }: { readonly [field in keyof PracticeInput]: unknown } = input;
  if (typeof model !== 'string') {
    throw new ConfigError(
      'config.practice',
      `A note is about a model: name it as \`model\`, by a text and not by ${shown(model)}.`,
    );
  }
  const { noteLength } = PRACTICE_BOUNDS;
  if (typeof note !== 'string' || note.length > noteLength) {
    throw new ConfigError(
      'config.practice',
      `A note on a model is a text of at most ${noteLength} characters, as it stands in each of its prompts; this one is ${typeof note === 'string' ? `of ${note.length}` : typeof note}.`,
    );
  }
  if (kind !== undefined && !isKind(kind)) {
    throw new ConfigError(
      'config.practice',
      `A kind of task is a word of at most ${KIND_LENGTH} characters, such as "write", and not ${shown(kind)}; leave it out for all kinds.`,
    );
  }
  return input;
}

/** The id of the framework that is meant. */
function frameworkOf(
  { framework, isNew = false }: PracticeInput,
  roles: Settings['roles'],
  known: readonly Practice[],
): string | undefined {
  if (framework === undefined) return undefined;
  const ids = [...roles.frameworks.values(), ...known.flatMap((one) => one.framework ?? [])];
  const id = roles.frameworks.get(framework) ?? framework;
  if (ids.includes(id) || (isNew && isKind(id))) return id;
  throw new ConfigError(
    'config.practice',
    `No prompt was composed with a framework ${shown(framework)}; ${suggest(String(framework), [...new Set(ids)])}.`,
  );
}

/** Any word may be one. */
function isKind(kind: unknown): kind is string {
  return typeof kind === 'string' && kind.trim() !== '' && kind.length <= KIND_LENGTH;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 2 * KIND_LENGTH);
}

function requireVersion(
  { model, isNew = false }: PracticeInput,
  members: Settings['members'],
  known: readonly Practice[],
): string {
  const versions = [...members.values()].map(({ version }) => version);
  const all = new Set([...versions, ...known.map((one) => one.model)]);
  if (all.has(model) || (isNew && /^[^\s/]+\/\S+$/.test(model))) return model;
  const names = [...members.keys(), ...(members.size === 0 ? all : [])];
  const why = isNew ? 'one that is new is named as provider/id' : suggest(model, names);
  throw new ConfigError(
    'config.unknown-model',
    `There is no model ${JSON.stringify(model)} to note something about; ${why}.`,
  );
}
