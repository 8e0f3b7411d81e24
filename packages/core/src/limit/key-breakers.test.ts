import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventData } from '../spec/event.ts';
import type { ModelErrorKind, ModelInfo } from '../spec/model.ts';
import { ModelBreakers } from './model-breakers.ts';

/** Breakers of models with several keys, with hands to start and end calls. */
function team(models: Readonly<Record<string, Partial<ModelInfo>>>) {
  const breakers = new ModelBreakers(
    Object.entries(models).map(([name, info]) => ({
      name,
      slowMs: undefined,
      learns: false,
      info: { id: name, provider: 'p', server: 's', ...info },
    })),
  );
  let calls = 0;
  const start = (model: string, keyName: string, at: number): string => {
    const call = `call ${calls++}`;
    breakers.start(call, model, at, keyName);
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
  const fail = (model: string, keyName: string, kind: ModelErrorKind, at: number, until?: number) =>
    breakers.fail(start(model, keyName, at), model, at, failed(kind, until));
  const succeed = (model: string, keyName: string, at: number) =>
    breakers.succeed(start(model, keyName, at), model, at, undefined);
  return { breakers, start, fail, succeed, failed };
}

const KEYS = { keyId: 'ring', keyNames: ['a', 'b'] };

describe('breakers of several keys', () => {
  it.each<[ModelErrorKind, number, readonly string[]]>([
    ['auth', 1, ['one a', 'two a']],
    ['permission', 1, ['one a', 'two a']],
    ['quota', 1, ['one a']],
    ['rate-limit', 1, ['one a']],
    ['not-found', 1, ['one a']],
    ['server', 2, ['one a']],
    ['timeout', 2, ['one a']],
    ['invalid', 5, []],
  ])('M11 R10: %s, %i times, leaves alone what it is about: %j', (kind, times, alone) => {
    const { breakers, fail } = team({ one: KEYS, two: KEYS });
    for (let time = 0; time < times; time++) fail('one', 'a', kind, 0);
    const found = ['one a', 'one b', 'two a', 'two b'].filter((name) => {
      const [model = '', keyName = ''] = name.split(' ');
      return breakers.keyWait(model, keyName, 1) !== undefined;
    });
    expect(found).toEqual(alone);
    expect([breakers.down('one', 1), breakers.trouble('one')]).toEqual([undefined, undefined]);
  });

  it('M11 R10: a key that is let in with another model is good: a refusal is of this model alone', () => {
    const { breakers, fail, succeed } = team({ one: KEYS, two: KEYS });
    succeed('two', 'a', 0);
    fail('one', 'a', 'permission', 1);
    expect(breakers.keyWait('one', 'a', 2)).toMatchObject({ untilAt: 60_001 });
    expect(breakers.keyWait('two', 'a', 2)).toBeUndefined();
  });

  it('R10: a model is down when all of its keys are, until the first is tried again, since the last went down', () => {
    const { breakers, fail } = team({ one: KEYS });
    fail('one', 'a', 'rate-limit', 0, 90_000);
    expect(breakers.down('one', 1)).toBeUndefined();
    fail('one', 'b', 'auth', 10);
    expect(breakers.down('one', 11)).toEqual({
      scope: 'key',
      untilAt: 60_010,
      why: 'none of its 2 keys can be used: auth: no',
      fault: 'auth',
    });
    expect(breakers.trouble('one')).toMatchObject({ sinceAt: 10 });
    expect(breakers.standing('one')).toMatchObject({
      state: 'open',
      scope: 'key',
      probeAt: 60_010,
    });
    expect(breakers.down('one', 60_010)).toBeUndefined();
  });

  it('R10: one call at a time tries a key again, whose success says so and closes it', () => {
    const { breakers, fail, start } = team({ one: KEYS });
    fail('one', 'a', 'auth', 0);
    expect(breakers.keyNews()).toMatchObject([
      { model: 'one', data: { keyName: 'a', state: 'down', untilAt: 60_000 } },
    ]);
    breakers.tellKey('one', { keyName: 'a', state: 'down', because: '' });
    expect(breakers.keyNews()).toEqual([]);
    expect(breakers.keyWait('one', 'a', 60_000)).toBeUndefined();
    const probe = start('one', 'a', 60_000);
    expect(breakers.keyWait('one', 'a', 60_001)).toMatchObject({
      untilAt: undefined,
      why: 'key a: auth: no; one call is trying it again',
    });
    breakers.succeed(probe, 'one', 60_002, undefined);
    expect(breakers.keyWait('one', 'a', 60_003)).toBeUndefined();
    expect(breakers.keyNews()).toEqual([
      { model: 'one', data: { keyName: 'a', state: 'up', because: 'it answers again' } },
    ]);
    expect(breakers.alone('one')).toBeUndefined();
  });

  it('R10 R2: whoever starts anew tries refused keys at once, and leaves busy ones alone as long as they asked', () => {
    const { breakers, fail } = team({ one: KEYS });
    fail('one', 'a', 'auth', 0);
    fail('one', 'b', 'rate-limit', 0, 90_000);
    breakers.forgive(1_000);
    expect(breakers.keyWait('one', 'a', 1_000)).toBeUndefined();
    expect(breakers.keyWait('one', 'b', 1_000)).toMatchObject({ untilAt: 90_000 });
  });

  it('M11: another key may do where nobody has to see to it first', () => {
    const { breakers, fail } = team({ one: KEYS });
    const mayOther = (of: string | undefined, at = 1) => breakers.hasOtherKey('one', of, at);
    expect([mayOther('a'), mayOther(undefined)]).toEqual([true, false]);
    fail('one', 'b', 'rate-limit', 0, 90_000);
    expect(mayOther('a')).toBe(true);
    fail('one', 'b', 'auth', 0);
    expect(mayOther('a')).toBe(false);
    // It is due to be tried.
    expect(mayOther('a', 90_000)).toBe(true);
  });

  it('M11: a quota that comes back by itself is waited for, and one of which nobody knows when is not', () => {
    const { breakers, fail } = team({ one: KEYS, two: { ...KEYS, server: 't' } });
    fail('one', 'b', 'quota', 0, 90_000);
    fail('two', 'b', 'quota', 0);
    const mayOther = ['one', 'two'].map((model) => breakers.hasOtherKey(model, 'a', 1));
    expect(mayOther).toEqual([true, false]);
  });

  it('R10: the end of a call counts for the key that it began with, whatever keys the model has since', () => {
    const { breakers, start, failed } = team({ one: KEYS });
    const call = start('one', 'a', 0);
    const info = { id: 'one', provider: 'p', server: 's', keyId: 'ring', keyNames: ['b', 'c'] };
    breakers.put({ name: 'one', info, slowMs: undefined, learns: false });
    breakers.fail(call, 'one', 1, failed('auth'));
    expect(breakers.keyWait('one', 'b', 2)).toBeUndefined();
    breakers.put({
      name: 'one',
      info: { ...info, keyNames: ['a'] },
      slowMs: undefined,
      learns: false,
    });
    expect(breakers.down('one', 2)).toMatchObject({ scope: 'key', why: 'auth: no' });
  });

  it('R10: a journal from before keys had names folds, and its refusals are of the model', () => {
    const { breakers, failed } = team({ one: KEYS });
    breakers.start('old', 'one', 0);
    breakers.fail('old', 'one', 1, failed('auth'));
    expect(breakers.down('one', 2)).toMatchObject({ scope: 'model' });
    expect(breakers.keyWait('one', 'a', 2)).toBeUndefined();
  });

  it('R10: a model is down at a moment exactly when none of its keys may be used then', () => {
    const kinds = fc.constantFrom<ModelErrorKind | 'fine'>('auth', 'rate-limit', 'server', 'fine');
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), kinds, fc.nat(90_000)), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (all) => {
        const names = ['a', 'b', 'c'];
        const { breakers, start, failed } = team({ one: { keyId: 'ring', keyNames: names } });
        let now = 0;
        for (const [nth, kind, afterMs] of all) {
          const keyName = names[nth] ?? 'a';
          now += afterMs;
          const call = start('one', keyName, now);
          if (kind === 'fine') breakers.succeed(call, 'one', now, undefined);
          else breakers.fail(call, 'one', now, failed(kind));
          const waits = names.map((name) => breakers.keyWait('one', name, now));
          const isDown = waits.every((one) => one !== undefined);
          expect(breakers.down('one', now) !== undefined).toBe(isDown);
          const times = waits.map((one) => one?.untilAt ?? now + 60_000);
          if (isDown) expect(breakers.down('one', now)?.untilAt).toBe(Math.min(...times));
        }
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
