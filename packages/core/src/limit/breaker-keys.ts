import type { ModelInfo } from '../spec/model.ts';
import type { BreakerScope } from './breaker.ts';

/** The name of one breaker that a model's calls pass, and what it guards. */
export interface BreakerKey {
  readonly scope: BreakerScope;
  readonly key: string;
}

/** What of a model tells which breakers its calls pass. */
export interface Guarded {
  /** Its name in the team. */
  readonly name: string;
  readonly info: Pick<ModelInfo, 'id' | 'provider' | 'local' | 'server' | 'keyId'>;
  /** A first token later than this many ms counts as bad; `undefined` for never. */
  readonly slowMs: number | undefined;
  /** Whether it is learned how many calls at once it bears. */
  readonly learns: boolean;
}

/**
 * The breakers that calls of a model pass: its own, that of its key and that of its server. Models of one provider, id
 * and key share one; a model of which nobody says the key or the server shares that breaker with no other.
 */
export function breakerKeys({ name, info }: Guarded): readonly BreakerKey[] {
  const { id, provider, keyId, server } = info;
  const own = keyId === undefined ? `member ${name}` : `${provider} ${id} ${server ?? ''} ${keyId}`;
  const key = keyId === undefined ? `member ${name}` : `${provider} ${server ?? ''} ${keyId}`;
  return [
    { scope: 'model', key: `model ${own}` },
    { scope: 'key', key: `key ${key}` },
    { scope: 'server', key: `server ${server ?? `of member ${name}`}` },
  ];
}
