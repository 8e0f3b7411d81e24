import type { core } from 'zod';
import { nearest } from '../internal/nearest.ts';

/** Names that models give to `needs`. */
const NEEDS_ALIASES: ReadonlySet<string> = new Set(['dependson', 'dependencies', 'deps', 'after']);

/** The fields of what a task may hold, by the field that holds it. */
const INNER_FIELDS: ReadonlyMap<PropertyKey, readonly string[]> = new Map([
  ['checks', ['kind', 'value']],
  ['step', ['tool', 'input']],
  ['origin', ['file', 'uid']],
  ['ensemble', ['kind', 'of', 'models', 'judge']],
  ['budget', ['usd', 'tokens', 'calls', 'warnAt']],
]);

/** What is wrong with a plan's form, in sentences that a model can repair it by: each names the place and what is expected there. */
export function formProblems(
  issues: readonly core.$ZodIssue[],
  plan: unknown,
  taskFields: readonly string[],
  planFields: readonly string[] = ['tasks'],
): readonly string[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [problemOf(issue, plan)];
    const known = fieldsAt(issue.path, taskFields, planFields);
    return issue.keys.map((key) => unknownField(placeOf(issue.path), key, known));
  });
}

function unknownField(place: string, key: string, known: readonly string[]): string {
  const isNeeds = NEEDS_ALIASES.has(key.replaceAll(/[_-]/g, '').toLowerCase());
  const meant = isNeeds ? 'needs' : nearest(key, known);
  const start = `${place}: there is no field ${JSON.stringify(key)}`;
  if (meant === 'needs' && known.includes(meant)) {
    return `${start}; say in needs which tasks must be done first.`;
  }
  if (isNeeds) return `${start}; each task says in its needs which tasks must be done first.`;
  const hint = meant === undefined ? '' : ` did you mean ${meant}?`;
  return `${start};${hint} the fields are ${known.join(', ')}.`;
}

function problemOf(issue: core.$ZodIssue, plan: unknown): string {
  const place = placeOf(issue.path);
  switch (issue.code) {
    case 'invalid_type':
      return `${place}: expected ${withArticle(issue.expected)}, found ${show(plan, issue.path)}`;
    case 'invalid_value':
      return `${place}: expected ${oneOf(issue.values)}, found ${show(plan, issue.path)}${meant(plan, issue)}`;
    case 'custom':
      return `${place}: ${issue.message}, found ${show(plan, issue.path)}`;
    default:
      return `${place}: ${issue.message}`;
  }
}

function fieldsAt(
  path: readonly PropertyKey[],
  taskFields: readonly string[],
  planFields: readonly string[],
): readonly string[] {
  if (path.length === 0) return planFields;
  return INNER_FIELDS.get(path[2] ?? '') ?? taskFields;
}

/** `tasks[2].needs[0]`; the whole is `plan`. */
function placeOf(path: readonly PropertyKey[]): string {
  const text = path.map((at) => (typeof at === 'number' ? `[${at}]` : `.${String(at)}`)).join('');
  return text === '' ? 'plan' : text.slice(1);
}

function withArticle(type: string): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

function oneOf(values: core.$ZodIssueInvalidValue['values']): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
}

/** Asks for the word that is nearest to the one that stands there, if one is near. */
function meant(plan: unknown, { path, values }: core.$ZodIssueInvalidValue): string {
  const word = valueAt(plan, path);
  const near = typeof word === 'string' ? nearest(word, values.map(String)) : undefined;
  return near === undefined ? '' : `; did you mean ${near}?`;
}

function valueAt(plan: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    plan,
  );
}

/** What stands at a place, in a few words. */
function show(plan: unknown, path: readonly PropertyKey[]): string {
  const value = valueAt(plan, path);
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  // Only a program has what JSON cannot hold, such as NaN or a function.
  const isJson = typeof value === 'string' || typeof value === 'boolean' || value === null;
  const text = isJson ? JSON.stringify(value) : String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
