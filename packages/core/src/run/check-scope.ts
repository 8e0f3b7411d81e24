import { OverseerError } from '../errors/overseer-error.ts';
import { suggest } from '../internal/nearest.ts';

/** What each part of a scope is. */
const FIELDS: Readonly<Record<string, string>> = {
  run: 'the id of a run',
  phase: 'the name of a phase',
  task: 'the key of a task',
};

/**
 * Checks the form of a scope, which may come from JavaScript: what is not understood must not count as nothing named,
 * since that means everything. Throws `OverseerError` `scope.invalid`.
 */
export function checkScope(scope: unknown): void {
  if (!isPlain(scope)) {
    throw invalid(
      `A scope is an object such as { run: 'its id' }, or {} for everything, and not ${shown(scope)}.`,
    );
  }
  for (const [field, value] of Object.entries(scope)) {
    if (!Object.hasOwn(FIELDS, field)) {
      const hint =
        field === 'id' ? 'a run is named as { run: run.id }' : suggest(field, Object.keys(FIELDS));
      throw invalid(`A scope has no field ${JSON.stringify(field)}; ${hint}.`);
    }
    if (typeof value !== 'string') {
      throw invalid(
        `The scope has ${shown(value)} for ${field}: give ${FIELDS[field]}. Only {} means everything.`,
      );
    }
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const kind: unknown = Object.getPrototypeOf(value);
  return kind === Object.prototype || kind === null;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object of another kind' : String(value);
}

function invalid(message: string): OverseerError {
  return new OverseerError('scope.invalid', message);
}
