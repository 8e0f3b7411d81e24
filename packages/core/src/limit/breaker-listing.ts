import type { BreakerState } from './breaker.ts';
import { type BreakerKey, type BreakerPaths, keysIn, type PassScope } from './breaker-keys.ts';
import { type BreakerStanding, standingOf } from './breaker-standing.ts';

/** Every breaker that calls of these models pass, by their names, with the models that share it. Pure. */
export function listBreakers(
  paths: Iterable<readonly [model: string, paths: BreakerPaths]>,
  stateOf: (key: string) => BreakerState,
): readonly BreakerStanding[] {
  const shared = new Map<string, BreakerKey & { readonly models: string[] }>();
  for (const [model, path] of paths) {
    for (const passed of keysIn(path)) {
      const entry = shared.get(passed.key) ?? { ...passed, models: [] };
      shared.set(passed.key, entry);
      entry.models.push(model);
    }
  }
  return [...shared.values()].map(({ scope, key, keyName, models }) => ({
    ...standingOf(scope, nameOf(scope, key, keyName, models), stateOf(key)),
    models,
    ...(keyName === undefined ? {} : { keyName }),
  }));
}

function nameOf(
  scope: PassScope,
  key: string,
  keyName: string | undefined,
  [first = key]: readonly string[],
): string {
  if (scope === 'model') return first;
  return scope === 'model-key' ? `${first}, key ${keyName}` : key.slice(scope.length + 1);
}
