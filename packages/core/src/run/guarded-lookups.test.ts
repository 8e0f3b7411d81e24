import { describe, expect, it } from 'vitest';
import { OutsideBreaker, type OutsideNews } from '../limit/outside-breaker.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { GuardedLookups } from './guarded-lookups.ts';

const FOUND = { answer: 1 };
const hangs = (): Promise<never> => new Promise(() => undefined);

function guarded() {
  const clock = createFakeClock();
  const told: (readonly [OutsideNews['state'], string])[] = [];
  const breaker = new OutsideBreaker();
  const lookups = new GuardedLookups(clock, breaker, ({ state }, run) => told.push([state, run]));
  return { clock, told, breaker, lookups };
}

describe('GuardedLookups', () => {
  it('R10: what is at hand is told at once, and what takes time by promise', async () => {
    const { lookups, clock, told } = guarded();
    expect(lookups.look('r', () => FOUND)).toBe(FOUND);
    expect(lookups.look('r', () => undefined)).toBeUndefined();
    expect(await lookups.look('r', async () => FOUND)).toBe(FOUND);
    expect([clock.pending, told]).toEqual([0, []]);
  });

  it('R10: who throws, rejects or hangs has found nothing, and after three of them nobody asks', async () => {
    const { lookups, clock, told, breaker } = guarded();
    const thrown = lookups.look('r', () => {
      throw new Error('gone');
    });
    expect(thrown).toBeUndefined();
    expect(await lookups.look('r', () => Promise.reject(new Error('gone')))).toBeUndefined();
    const hanging = lookups.look('s', hangs);
    clock.advance(2_000);
    expect(await hanging).toBeUndefined();
    expect(told).toEqual([['down', 's']]);
    expect(breaker.standing.why).toBe('no answer within 2 s (3 times in a row)');
    let asked = 0;
    const ask = (): object => {
      asked += 1;
      return FOUND;
    };
    expect([lookups.look('r', ask), asked]).toEqual([undefined, 0]);
    clock.advance(5_000);
    expect(lookups.look('t', ask)).toBe(FOUND);
    expect(told).toEqual([
      ['down', 's'],
      ['up', 't'],
    ]);
  });

  it('R10: while one lookup probes, the others find nothing at once, and what comes late says nothing', async () => {
    const { lookups, clock, breaker } = guarded();
    for (let time = 0; time < 3; time++) {
      await lookups.look('r', () => Promise.reject(new Error('gone')));
    }
    clock.advance(5_000);
    const { promise, resolve } = Promise.withResolvers<object>();
    const probe = lookups.look('r', () => promise);
    expect(lookups.look('r', () => FOUND)).toBeUndefined();
    clock.advance(2_000);
    expect(await probe).toBeUndefined();
    resolve(FOUND);
    await promise;
    expect(breaker.standing).toMatchObject({ state: 'open', untilAt: clock.now() + 10_000 });
  });

  it('R10 Q4: once closed it leaves no timer and tells nothing', async () => {
    const { lookups, clock, told } = guarded();
    for (let time = 0; time < 2; time++) {
      await lookups.look('r', () => Promise.reject(new Error('gone')));
    }
    const failing = lookups.look('r', () => Promise.reject(new Error('gone')));
    void lookups.look('r', hangs);
    lookups.close();
    await failing;
    expect([clock.pending, told]).toEqual([0, []]);
  });
});
