import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.ts';
import { Lookups } from './lookups.ts';

const FOUND = { answer: 1 };

describe('Lookups', () => {
  it('M13: what is at hand is told at once, and looked for each time', () => {
    const lookups = new Lookups<object>(createFakeClock());
    expect(lookups.ask('t', 'k', () => FOUND)).toBe(FOUND);
    expect(lookups.ask('t', 'k', () => undefined)).toBeUndefined();
  });

  it('M13: what takes time is told once it is there, to whoever asked for it', async () => {
    const lookups = new Lookups<object>(createFakeClock());
    let looked = 0;
    const look = async (): Promise<object> => {
      looked += 1;
      return FOUND;
    };
    const first = lookups.ask('t', 'k', look);
    expect(lookups.ask('t', 'k', look)).toBe(first);
    await first;
    expect(lookups.ask('t', 'k', look)).toBe(FOUND);
    expect(looked).toBe(1);
    await lookups.ask('t', 'k', look);
    expect(looked).toBe(2);
  });

  it('M13: nothing found is believed for a second, for the same key', async () => {
    const clock = createFakeClock();
    const lookups = new Lookups<object>(clock);
    let looked = 0;
    const look = async (): Promise<undefined> => {
      looked += 1;
      return undefined;
    };
    await lookups.ask('t', 'k', look);
    expect(lookups.ask('t', 'k', look)).toBeUndefined();
    clock.advance(999);
    expect(lookups.ask('t', 'k', look)).toBeUndefined();
    expect(looked).toBe(1);
    await lookups.ask('t', 'other', look);
    expect(looked).toBe(2);
    clock.advance(1_001);
    await lookups.ask('t', 'other', look);
    expect(looked).toBe(3);
  });

  it('M13 Q4: one that rejects or hangs has found nothing, and leaves no timer', async () => {
    const clock = createFakeClock();
    const lookups = new Lookups<object>(clock);
    await lookups.ask('t', 'k', () => Promise.reject(new Error('gone')));
    expect(lookups.ask('t', 'k', () => FOUND)).toBeUndefined();
    const hanging = lookups.ask('u', 'k', () => new Promise<never>(() => undefined));
    expect(clock.pending).toBe(1);
    clock.advance(2_000);
    await hanging;
    expect(lookups.ask('u', 'k', () => FOUND)).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('M13 Q4: once closed it waits for nothing', () => {
    const clock = createFakeClock();
    const lookups = new Lookups<object>(clock);
    void lookups.ask('t', 'k', () => new Promise<never>(() => undefined));
    lookups.close();
    expect(clock.pending).toBe(0);
    expect(lookups.ask('u', 'k', async () => FOUND)).toBeUndefined();
  });
});
