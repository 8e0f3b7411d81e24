import type { ModelInfo } from '../spec/model.ts';
import type { BreakerScope } from './breaker.ts';

/** What a breaker that calls of a model pass guards; `model-key` is one of several keys, with one model. */
export type PassScope = BreakerScope | 'model-key';

/** The name of one breaker that a model's calls pass, and what it guards. */
export interface BreakerKey {
  readonly scope: PassScope;
  readonly key: string;
  /** The name of the key that it is about, of a model that has several. */
  readonly keyName?: string;
}

/** What of a model tells which breakers its calls pass. */
export interface Guarded {
  /** Its name in the team. */
  readonly name: string;
  readonly info: Pick<ModelInfo, 'id' | 'provider' | 'local' | 'server' | 'keyId' | 'keyNames'>;
  /** A first token later than this many ms counts as bad; `undefined` for never. */
  readonly slowMs: number | undefined;
  /** Whether it is learned how many calls at once it bears. */
  readonly learns: boolean;
}

/** The breakers of one model. */
export interface BreakerPaths {
  /** All its calls pass these. */
  readonly all: readonly BreakerKey[];
  /** And those of the key that they go out with, by its name; none where the model has one key. */
  readonly byKey: ReadonlyMap<string, readonly BreakerKey[]>;
}

/** The breakers of a model, of all its calls and of each of several keys. */
export function breakerPaths(model: Guarded): BreakerPaths {
  const { keyNames = [] } = model.info;
  const byKey = keyNames.map((name) => [name, keyBreakers(model, name)] as const);
  return { all: breakerKeys(model), byKey: new Map(byKey) };
}

/**
 * The breakers that all calls of a model pass: its own, that of its key where it has one, and that of its server. Models of one
 * provider, id and key share one; a model of which nobody says the key or the server shares that breaker with no other.
 */
export function breakerKeys({ name, info }: Guarded): readonly BreakerKey[] {
  const { id, provider, keyId, server, keyNames = [] } = info;
  const own = keyId === undefined ? `member ${name}` : `${provider} ${id} ${server ?? ''} ${keyId}`;
  const key = keyId === undefined ? `member ${name}` : `${provider} ${server ?? ''} ${keyId}`;
  return [
    { scope: 'model', key: `model ${own}` },
    ...(keyNames.length > 0 ? [] : [{ scope: 'key' as const, key: `key ${key}` }]),
    { scope: 'server', key: `server ${server ?? `of member ${name}`}` },
  ];
}

/** The breakers of one of several keys: with this model, and with all models of its provider and server. */
export function keyBreakers({ info }: Guarded, keyName: string): readonly BreakerKey[] {
  const { id, provider, server = '' } = info;
  return [
    { scope: 'model-key', key: `model-key ${provider} ${id} ${server} ${keyName}`, keyName },
    { scope: 'key', key: `key ${provider} ${server} ${keyName}`, keyName },
  ];
}

/** All breakers of a model. */
export function keysIn({ all, byKey }: BreakerPaths): readonly BreakerKey[] {
  return byKey.size === 0 ? all : [...all, ...[...byKey.values()].flat()];
}

/** A key of a model that has several, and the breakers that calls with it pass beside those of all. */
export interface NamedKey {
  readonly model: string;
  readonly keyName: string;
  readonly path: readonly BreakerKey[];
}

/** Each of several keys of each model, with the name that nothing else has. */
export function* keysByName(
  models: ReadonlyMap<string, BreakerPaths>,
): Generator<readonly [id: string, key: NamedKey]> {
  for (const [model, { byKey }] of models) {
    for (const [keyName, path] of byKey) {
      yield [keyIdOf(model, keyName), { model, keyName, path }];
    }
  }
}

/** What a key of a model is called where keys of all models are told apart. */
export function keyIdOf(model: string, keyName: string): string {
  return JSON.stringify([model, keyName]);
}
