import { ConfigError } from './errors/config-error.ts';
import { requireFields } from './internal/require-fields.ts';
import type { RunParent } from './run/new-run.ts';
import type { RunOptions } from './run-options.ts';

/** What a value has to be, in words and as a question; absent where it is looked at with what it is for. */
interface Form {
  readonly what: string;
  readonly fits: (value: unknown) => boolean;
}

const checks: Form = {
  what: "a list of checks such as { kind: 'review' }",
  fits: (value) => Array.isArray(value) && value.every(hasKind),
};

/** Complete by its type. */
const OPTIONS: Readonly<Record<keyof RunOptions, Form | undefined>> = {
  budget: undefined,
  cache: undefined,
  user: undefined,
  tenant: undefined,
  parent: { what: '{ run, task }, both as texts', fits: isParent },
  context: { what: 'a text', fits: (value) => typeof value === 'string' },
  flow: undefined,
  weight: undefined,
  checks,
  finalChecks: checks,
  ensembles: { what: 'true or false', fits: (value) => typeof value === 'boolean' },
  approve: {
    what: 'true, false, or the name of a person',
    fits: (value) => typeof value === 'boolean' || (typeof value === 'string' && value !== ''),
  },
  id: undefined,
  signal: {
    what: 'the signal of an AbortController',
    fits: (value) => value instanceof AbortSignal,
  },
};

/**
 * Checks what a host wants of a run, which may come from JavaScript. Throws `ConfigError` `config.invalid` for a field that
 * means nothing, with the nearest, and for a value of another kind. Names, budgets, shares and ids are looked at elsewhere.
 */
export function checkRunOptions(options: RunOptions): void {
  const fields = Object.keys(OPTIONS) as (keyof RunOptions)[];
  requireFields('the options of a run', options, fields, 'config.invalid');
  for (const field of fields) {
    const form = OPTIONS[field];
    const value: unknown = options[field];
    if (form === undefined || value === undefined || form.fits(value)) continue;
    throw new ConfigError(
      'config.invalid',
      `The option ${field} of a run is ${form.what}; leave it out where there is none.`,
    );
  }
}

function hasKind(check: unknown): boolean {
  return (
    typeof check === 'object' && check !== null && 'kind' in check && typeof check.kind === 'string'
  );
}

function isParent(parent: unknown): parent is RunParent {
  if (typeof parent !== 'object' || parent === null) return false;
  const { run, task } = parent as Readonly<Record<string, unknown>>;
  return typeof run === 'string' && typeof task === 'string';
}
