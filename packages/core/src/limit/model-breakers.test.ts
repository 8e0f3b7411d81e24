import { describe, expect, it } from 'vitest';
import type { EventData } from '../spec/event.ts';
import type { ModelErrorKind, ModelInfo } from '../spec/model.ts';
import { breakerKeys } from './breaker-keys.ts';
import { ModelBreakers } from './model-breakers.ts';

type Some = Partial<Pick<ModelInfo, 'id' | 'provider' | 'local' | 'server' | 'keyId'>> & {
  readonly slowMs?: number;
};

/** Breakers of models by name, with hands to start and end calls. */
function team(models: Readonly<Record<string, Some>>) {
  const guarded = Object.entries(models).map(([name, { slowMs, ...info }]) => ({
    name,
    slowMs,
    learns: false,
    info: { id: name, provider: 'p', ...info },
  }));
  const breakers = new ModelBreakers(guarded);
  let calls = 0;
  const start = (model: string, at: number): string => {
    const call = `call ${calls++}`;
    breakers.start(call, model, at);
    return call;
  };
  const failed = (kind: ModelErrorKind, askedUntilAt?: number): EventData['call.failed'] => ({
    kind,
    message: 'no',
    retryable: true,
    settled: { inputTokens: 0, outputTokens: 0, microUsd: 0 },
    uncertain: false,
    ...(askedUntilAt === undefined ? {} : { askedUntilAt }),
  });
  return {
    breakers,
    start,
    succeed: (model: string, at: number, firstTokenMs?: number): void =>
      breakers.succeed(start(model, at), model, at, firstTokenMs),
    fail: (model: string, kind: ModelErrorKind, at: number, askedUntilAt?: number): void =>
      breakers.fail(start(model, at), model, at, failed(kind, askedUntilAt)),
  };
}

/** Which of three models of two keys and two servers are left alone after a failure of `a`. */
function leftAlone(kind: ModelErrorKind, times: number, local: boolean): readonly string[] {
  const { breakers, fail } = team({
    a: { keyId: 'k', server: 's', local },
    sameKey: { keyId: 'k', server: 's', local },
    sameServer: { keyId: 'other', server: 's', local },
    stranger: { keyId: 'other', server: 'elsewhere', local },
  });
  for (let time = 0; time < times; time++) fail('a', kind, 0);
  return ['a', 'sameKey', 'sameServer', 'stranger'].filter((name) => breakers.down(name, 1));
}

describe('ModelBreakers', () => {
  it.each<[ModelErrorKind, number, number]>([
    ['auth', 1, 60_000],
    ['permission', 1, 60_000],
    ['not-found', 1, 60_000],
    ['quota', 1, 60_000],
    ['rate-limit', 1, 1_000],
    ['overloaded', 1, 1_000],
    ['loading', 1, 1_000],
    ['network', 2, 5_000],
    ['server', 2, 5_000],
    ['timeout', 2, 5_000],
    ['interrupted', 2, 5_000],
    ['protocol', 2, 5_000],
  ])('R10: %s leaves a model alone after %i in a row, for %i ms at first', (kind, times, ms) => {
    const { breakers, fail } = team({ a: {} });
    for (let time = 1; time < times; time++) {
      fail('a', kind, 0);
      expect(breakers.down('a', 0)).toBeUndefined();
    }
    fail('a', kind, 0);
    expect(breakers.down('a', 0)?.untilAt).toBe(ms);
    expect(breakers.standing('a')).toMatchObject({ state: 'open', probeAt: ms });
  });

  it.each<ModelErrorKind>([
    'invalid',
    'context-overflow',
    'content-filter',
    'unsupported',
    'aborted',
  ])('R10: %s says nothing about the model', (kind) => {
    const { breakers, fail } = team({ a: {} });
    for (let time = 0; time < 30; time++) fail('a', kind, 0);
    expect(breakers.standing('a')).toMatchObject({ state: 'closed', failures: 0 });
  });

  it('R10: a refused key leaves all its models alone, an unreachable local server all its models, and else the model alone', () => {
    expect(leftAlone('auth', 1, false)).toEqual(['a', 'sameKey']);
    expect(leftAlone('permission', 1, false)).toEqual(['a', 'sameKey']);
    expect(leftAlone('network', 2, true)).toEqual(['a', 'sameKey', 'sameServer']);
    expect(leftAlone('network', 2, false)).toEqual(['a']);
    expect(leftAlone('rate-limit', 1, false)).toEqual(['a']);
    expect(leftAlone('quota', 1, false)).toEqual(['a']);
    expect(leftAlone('server', 2, true)).toEqual(['a']);
  });

  it('R10: a model that a good key may not use is left alone, and not the key', () => {
    const { breakers, fail, succeed } = team({ a: { keyId: 'k' }, b: { keyId: 'k' } });
    succeed('b', 0);
    fail('a', 'permission', 1);
    expect(breakers.down('a', 2)?.scope).toBe('model');
    expect(breakers.down('b', 2)).toBeUndefined();
    // One that it might use until now says something of the key.
    fail('b', 'permission', 3);
    expect(breakers.down('b', 4)?.scope).toBe('key');
  });

  it('R10: models that do not say their key share no breaker, and one that is there twice with one key shares all', () => {
    const keys = (name: string, info: Some) =>
      breakerKeys({
        name,
        info: { id: 'm', provider: 'p', ...info },
        slowMs: undefined,
        learns: false,
      });
    const shared = (x: Some, y: Some): number => {
      const theirs = new Set(keys('y', y).map(({ key }) => key));
      return keys('x', x).filter(({ key }) => theirs.has(key)).length;
    };
    expect(shared({}, {})).toBe(0);
    expect(shared({ keyId: 'k' }, { keyId: 'l' })).toBe(0);
    expect(shared({ keyId: 'k' }, { keyId: 'k' })).toBe(2);
    expect(shared({ keyId: 'k', id: 'x' }, { keyId: 'k', id: 'y' })).toBe(1);
    expect(shared({ server: 's' }, { server: 's' })).toBe(1);
    expect(shared({ keyId: 'k', server: 's' }, { keyId: 'k', server: 's' })).toBe(3);
  });

  it('R10: one call of any of its models probes a key, and its success gives all of them back', () => {
    const { breakers, fail, start, succeed } = team({ a: { keyId: 'k' }, b: { keyId: 'k' } });
    fail('a', 'auth', 0);
    const probe = start('b', 60_000);
    expect(breakers.standing('a')).toMatchObject({ state: 'probing', scope: 'key' });
    expect(breakers.down('a', 60_000)).toMatchObject({ untilAt: undefined });
    breakers.succeed(probe, 'b', 60_100, undefined);
    expect(breakers.down('a', 60_100)).toBeUndefined();
    // A refusal that comes only once a key was let in says that the key is good.
    fail('a', 'auth', 70_000);
    fail('b', 'rate-limit', 130_000);
    expect(breakers.down('a', 130_001)).toBeUndefined();
    succeed('a', 131_000);
  });

  it('L4: a probe that was not sent says nothing, and the next call is the probe', () => {
    const { breakers, fail, start } = team({ a: { keyId: 'k' }, b: { keyId: 'k' } });
    fail('a', 'auth', 0);
    const probe = start('b', 60_000);
    breakers.withhold(probe, 'b', 60_010);
    expect(breakers.down('a', 60_010)).toBeUndefined();
    expect(breakers.standing('a')).toMatchObject({ state: 'open', probeAt: 60_010 });
    const next = start('a', 60_020);
    expect(breakers.standing('b')).toMatchObject({ state: 'probing' });
    breakers.succeed(next, 'a', 60_030, undefined);
    expect(breakers.standing('a')).toMatchObject({ state: 'closed', failures: 0 });
  });

  it('R10: a quota is left alone until its reset', () => {
    const { breakers, fail } = team({ a: {} });
    fail('a', 'quota', 0, 5 * 3_600_000);
    expect(breakers.down('a', 0)?.untilAt).toBe(5 * 3_600_000);
    expect(breakers.standing('a').failures).toBe(0);
  });

  it('R10: a model whose answers begin late is left alone, where somebody said what late is', () => {
    const slow = team({ a: { slowMs: 1_000 }, b: {} });
    for (let time = 0; time < 10; time++) {
      slow.succeed('a', time, 2_500);
      slow.succeed('b', time, 1_001);
    }
    expect(slow.breakers.down('a', 10)?.why).toBe(
      'slow: half of its latest answers began late, the last after 2.5 s instead of 1 s',
    );
    expect(slow.breakers.down('b', 10)).toBeUndefined();
  });

  it('R10: says once that a model is down and once that it is up, and is silent about short pauses', () => {
    const { breakers, fail, succeed } = team({ a: {} });
    const told = (): readonly string[] => {
      const alone = breakers.alone('a');
      if (breakers.isTold('a') === (alone !== undefined)) return [];
      breakers.tell('a', { work: alone === undefined ? 'idle' : 'error' });
      return [alone === undefined ? 'up' : `down: ${alone.why}`];
    };
    fail('a', 'rate-limit', 0);
    expect(told()).toEqual([]);
    succeed('a', 1_000);
    expect(told()).toEqual([]);
    fail('a', 'network', 2_000);
    fail('a', 'network', 2_000);
    expect(told()).toEqual(['down: network (2 times in a row): no']);
    expect(told()).toEqual([]);
    fail('a', 'network', 7_000);
    expect(told()).toEqual([]);
    succeed('a', 17_000);
    expect(told()).toEqual(['up']);
    fail('a', 'rate-limit', 20_000, 60_000);
    expect(told()).toEqual(['down: rate-limit: no']);
  });

  it('R2 R10: only what a busy model asked for outlives the process', () => {
    const kinds: readonly ModelErrorKind[] = [
      'rate-limit',
      'overloaded',
      'loading',
      'auth',
      'not-found',
      'quota',
      'network',
    ];
    const kept = kinds.filter((kind) => {
      const { breakers, fail } = team({ a: {} });
      fail('a', kind, 0);
      fail('a', kind, 0);
      breakers.forgive(0);
      return breakers.down('a', 0) !== undefined;
    });
    expect(kept).toEqual(['rate-limit', 'overloaded', 'loading']);
  });
});

describe('a model that gets another key while calls are under way', () => {
  const KEY = { id: 'm', keyId: 'old', server: 's' };
  const guarded = (name: string, info: Some) => ({
    name,
    slowMs: undefined,
    learns: false,
    info: { id: name, provider: 'p', ...info },
  });
  const auth: EventData['call.failed'] = {
    kind: 'auth',
    message: 'no',
    retryable: false,
    settled: { inputTokens: 0, outputTokens: 0, microUsd: 0 },
    uncertain: false,
  };

  it('M11 R10: is not held to what the old one is refused', () => {
    const { breakers, start } = team({ a: KEY, b: KEY });
    const under = start('a', 0);
    breakers.put(guarded('a', { ...KEY, keyId: 'new' }));
    breakers.fail(under, 'a', 10, auth);
    expect(breakers.down('a', 20)).toBeUndefined();
    expect(breakers.down('b', 20)).toMatchObject({ scope: 'key' });
  });

  it('M11 R10: does not come up by what the old one did', () => {
    const { breakers, start, fail } = team({ a: KEY });
    const under = start('a', 0);
    breakers.put(guarded('a', { ...KEY, keyId: 'new' }));
    fail('a', 'auth', 10);
    breakers.succeed(under, 'a', 20, undefined);
    expect(breakers.down('a', 30)).toMatchObject({ scope: 'key' });
  });

  it('M11 R10: a probe of the old key ends for all others of that key', () => {
    const { breakers, start, fail } = team({ a: KEY, b: KEY });
    fail('a', 'auth', 0);
    const probe = start('a', 60_000);
    breakers.put(guarded('a', { ...KEY, keyId: 'new' }));
    expect(breakers.down('b', 60_010)).toMatchObject({ untilAt: undefined });
    breakers.succeed(probe, 'a', 60_020, undefined);
    expect(breakers.down('b', 60_030)).toBeUndefined();
  });

  it('M2 R10: calls of a local model that left still count as of its server', () => {
    const local = { local: true, server: 's', keyId: 'k' };
    const { breakers, start } = team({ a: local, b: { ...local, keyId: 'other' } });
    const calls = [start('a', 0), start('a', 0)];
    breakers.remove('a');
    for (const call of calls) breakers.fail(call, 'a', 10, { ...auth, kind: 'network' });
    expect(breakers.down('b', 20)).toMatchObject({ scope: 'server' });
  });

  it('M2 R10: who comes back with a key that was refused is still left alone, one of ever new names is forgotten', () => {
    const { breakers, fail } = team({ a: KEY });
    fail('a', 'auth', 0);
    breakers.remove('a');
    for (let nth = 0; nth < 200; nth++) {
      const name = `guest ${nth}`;
      breakers.put(guarded(name, { keyId: name, server: name }));
      fail(name, 'auth', 1);
      breakers.remove(name);
    }
    breakers.put(guarded('a', KEY));
    expect(breakers.down('a', 10)).toMatchObject({ scope: 'key' });
    breakers.remove('a');
    for (let nth = 0; nth < 1_000; nth++) {
      const name = `more ${nth}`;
      breakers.put(guarded(name, { keyId: name, server: name }));
      breakers.remove(name);
    }
    breakers.put(guarded('a', KEY));
    expect(breakers.down('a', 10)).toBeUndefined();
  });
});
