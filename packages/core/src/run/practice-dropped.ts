import { ConfigError } from '../errors/config-error.ts';
import { suggest } from '../internal/nearest.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { Practice } from '../route/practices.ts';
import { requirePerson } from './require-person.ts';
import type { Settings } from './settings.ts';

/** What of best practices is taken back, as `practices()` lists it. */
export interface DroppedPractice {
  /** What the model is, `provider/id`. */
  readonly model: string;
  /** The kind of task; all kinds where left out. */
  readonly kind?: string;
  /** The pattern of one finding, which is then not learned again there; all that is known, figures and notes too, where left out. */
  readonly pattern?: string;
}

/** The event by which something is taken back. Throws `ConfigError` `config.practice` for what is not known, naming the nearest. */
export function practiceDropped(
  { members }: Pick<Settings, 'members'>,
  known: readonly Practice[],
  { model, kind, pattern }: DroppedPractice,
  by: string,
): EventDraft<'practice.dropped'> {
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
  const patterns = ofKind.flatMap(({ findings }) => findings.map((one) => one.pattern));
  requireOne(
    'finding',
    pattern,
    patterns,
    pattern === undefined ? ofKind : patterns.filter((one) => one === pattern),
  );
  const what = {
    ...(kind === undefined ? {} : { kind }),
    ...(pattern === undefined ? {} : { pattern }),
  };
  return {
    type: 'practice.dropped',
    actor: `person:${person}`,
    data: { model, ...what, by: person },
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
    `Nothing is known of the ${what} ${JSON.stringify(name)}; ${suggest(name ?? '', [...new Set(names)])}.`,
  );
}
