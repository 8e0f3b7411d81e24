import { ConfigError } from '../errors/config-error.ts';
import { suggest } from '../internal/nearest.ts';
import { requireFields } from '../internal/require-fields.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { Practice } from '../route/practice-entry.ts';
import { requirePerson } from './require-person.ts';
import type { Settings } from './settings.ts';

/** What of best practices is taken back, as `practices()` lists it. */
export interface DroppedPractice {
  /** What the model is, `provider/id`, or its name in the team. */
  readonly model: string;
  /** The kind of task; all kinds where left out. */
  readonly kind?: string;
  /** The framework of the prompts, by its id or its name in the team; those of all prompts and each framework where left out. */
  readonly framework?: string;
  /** The pattern of one finding, which is then not learned again there; all that is known, figures and notes too, where left out. */
  readonly pattern?: string;
}

const FIELDS: readonly (keyof DroppedPractice)[] = ['model', 'kind', 'framework', 'pattern'];

/** The event by which something is taken back. Throws `ConfigError` `config.practice` for what is not known, naming the nearest. */
export function practiceDropped(
  { members, roles }: Pick<Settings, 'members' | 'roles'>,
  known: readonly Practice[],
  what: DroppedPractice,
  by: string,
): EventDraft<'practice.dropped'> {
  requireFields('what is taken back', what, FIELDS, 'config.practice');
  const { kind, pattern } = what;
  const model = members.get(what.model)?.version ?? what.model;
  const person = requirePerson(by, members.keys(), 'takes back what was learned of a model');
  const ofModel = known.filter((one) => one.model === model);
  requireOne(
    'model',
    model,
    known.map((one) => one.model),
    ofModel,
  );
  const ofKind = kind === undefined ? ofModel : ofModel.filter((one) => one.kind === kind);
  requireOne(
    'kind',
    kind,
    ofModel.map((one) => one.kind),
    ofKind,
  );
  const framework = roles.frameworks.get(what.framework ?? '') ?? what.framework;
  const ofThose = ofKind.filter((one) => framework === undefined || one.framework === framework);
  requireOne(
    'framework',
    framework,
    ofKind.flatMap((one) => one.framework ?? []),
    ofThose,
  );
  const patterns = ofThose.flatMap(({ findings, retired = [] }) =>
    [...findings, ...retired].map((one) => one.pattern),
  );
  requireOne(
    'finding',
    pattern,
    patterns,
    pattern === undefined ? ofThose : patterns.filter((one) => one === pattern),
  );
  const part = {
    ...(kind === undefined ? {} : { kind }),
    ...(framework === undefined ? {} : { framework }),
    ...(pattern === undefined ? {} : { pattern }),
  };
  return {
    type: 'practice.dropped',
    actor: `person:${person}`,
    data: { model, ...part, by: person },
  };
}

function requireOne(
  what: string,
  name: string | undefined,
  names: readonly string[],
  found: readonly unknown[],
): void {
  if (found.length > 0) return;
  throw new ConfigError(
    'config.practice',
    `Nothing is known of the ${what} ${JSON.stringify(name)}; ${suggest(String(name), [...new Set(names)])}.`,
  );
}
