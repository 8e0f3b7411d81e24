import type { Fields } from './read-fields.ts';

/** Fields by type and version: `task.done@1`. */
export type KnownFields = Readonly<Record<string, Fields>>;

/** What has changed since the fields were noted. */
export interface FieldChanges {
  /** Changes that older journals do not follow: each asks for a new version of its type, and an upcaster. */
  readonly breaking: readonly string[];
  /** What may be noted as it is: new types, new versions, and fields that may be left out. */
  readonly added: readonly string[];
}

/** Compares what is declared with what was noted; `versions` has the present version of each type. */
export function compareFields(
  declared: Readonly<Record<string, Fields>>,
  versions: Readonly<Record<string, number>>,
  known: KnownFields,
): FieldChanges {
  const breaking: string[] = [];
  const added: string[] = [];
  for (const [type, fields] of Object.entries(declared)) {
    const key = `${type}@${versions[type]}`;
    const before = known[key];
    if (before === undefined) {
      added.push(key);
      continue;
    }
    const mark = (field: string): string => `${key} ${field}`;
    const gone = before.filter((field) => !fields.some((one) => covers(one, field)));
    breaking.push(...gone.map(mark));
    for (const field of fields.filter((one) => !before.includes(one))) {
      const isFollowed = mayBeAbsent(field, before) || before.some((one) => covers(field, one));
      (isFollowed ? added : breaking).push(mark(field));
    }
  }
  for (const key of Object.keys(known)) {
    if (declared[key.slice(0, key.lastIndexOf('@'))] === undefined) breaking.push(key);
  }
  return { breaking, added };
}

/** Whether a field takes all that it took before. */
function covers(field: string, before: string): boolean {
  const [path, values = ''] = field.split(': ');
  const [pathBefore, valuesBefore = ''] = before.split(': ');
  const taken = values.split(' | ');
  return path === pathBefore && valuesBefore.split(' | ').every((value) => taken.includes(value));
}

/**
 * Whether events of before are as good without it: something on the way to it may be left out and was not there before, or it
 * belongs to another kind of a union that was there.
 */
function mayBeAbsent(field: string, before: Fields): boolean {
  const [path = ''] = field.split(': ');
  const steps = path.split('.');
  return steps.some((step, index) => {
    const upTo = steps.slice(0, index + 1).join('.');
    const isNew = !before.some((one) => one.startsWith(upTo));
    return isNew && (step.includes('?') || /\([\w-]+\)/.test(step));
  });
}
