import type { ModelErrorKind } from '../spec/model.ts';
import { scopeOf } from './breaker-faults.ts';
import type { PassScope } from './breaker-keys.ts';
import type { Passed } from './passed-breakers.ts';

/** A call that failed. */
export interface FaultyCall {
  readonly kind: ModelErrorKind;
  readonly isLocal: boolean;
  /** Which of several keys it went out with. */
  readonly keyName: string | undefined;
  /** What its breakers guard. */
  readonly scopes: readonly PassScope[];
  /** Those of them that know of anything. */
  readonly passed: readonly Passed[];
}

/**
 * What a failure belongs to. A key that other models are let in with is good, and this model is not for it. Of several keys it is the
 * one that the call went out with, unless no key could have helped. Pure.
 */
export function faultyScope({ kind, isLocal, keyName, scopes, passed }: FaultyCall): PassScope {
  const own: PassScope = keyName === undefined || kind === 'network' ? 'model' : 'model-key';
  const scope = scopeOf(kind, isLocal);
  if (scope === 'model') return own;
  // Nobody knows with which of several keys it was.
  if (scope === 'key' && !scopes.includes('key')) return 'model';
  if (kind !== 'permission') return scope;
  const wasLetIn = (of: PassScope): boolean =>
    passed.some((one) => one.scope === of && one.state.succeededAt !== undefined);
  return wasLetIn('key') && !wasLetIn(own) ? own : scope;
}
