import { at } from '../internal/error-body.ts';
import { shown } from './part-problem.ts';

/** How one setting is looked at, and what it is, in words. */
interface Rule {
  readonly is: (value: unknown) => boolean;
  readonly what: string;
}

const number: Rule = { is: Number.isFinite, what: 'a number' };

/** What each setting of a request is, where it is given. */
const RULES: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    maxTokens: { is: (value) => isCount(value) && value > 0, what: 'a whole number above 0' },
    temperature: number,
    topP: number,
    seed: { is: Number.isSafeInteger, what: 'a whole number' },
    stop: { is: isTexts, what: 'a list of texts' },
    effort: {
      is: (value) => EFFORTS.has(value),
      what: 'one of none, minimal, low, medium, high, xhigh and max',
    },
    toolChoice: {
      is: (value) => CHOICES.has(value) || typeof at(value, 'tool') === 'string',
      what: "'auto', 'none', 'required' or { tool: 'its name' }",
    },
    output: {
      is: (value) =>
        at(value, 'type') === 'json' && isSchema(at(value, 'schema')) && isName(at(value, 'name')),
      what: "{ type: 'json' }, with a JSON Schema as schema and a text as name where these are given",
    },
    options: { is: isObject, what: "an object under each provider's name" },
  } satisfies Readonly<Record<string, Rule>>),
);

/** What is wrong with the settings of a request; `undefined` where nothing is. */
export function settingsProblem(request: object): string | undefined {
  for (const name of Object.keys(request)) {
    const rule = RULES.get(name);
    const value = at(request, name);
    if (rule === undefined || value === undefined || rule.is(value)) continue;
    return `${name} is ${rule.what}, and not ${shown(value)}`;
  }
  return undefined;
}

const EFFORTS: ReadonlySet<unknown> = new Set([
  'none',
  'minimal',
  'low',
  'medium',
  'high',
  'xhigh',
  'max',
]);

const CHOICES: ReadonlySet<unknown> = new Set(['auto', 'none', 'required']);

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSchema(value: unknown): boolean {
  return value === undefined || isObject(value);
}

function isName(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}
