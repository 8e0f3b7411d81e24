import { describe, expect, it } from 'vitest';
import { SessionWindow } from './session-window.ts';
import { firstDifference, merged, type Oracle, type PlainEntry } from './window.fixture.ts';

const CAPACITY = 50;
const WINDOW = 1_000;

interface PlainSession {
  readonly end: number;
  used: number;
}

/** Sessions by their definition: the first use opens one, and what comes before its end belongs to it. */
function sessionsOf(entries: readonly PlainEntry[]): readonly PlainSession[] {
  const sessions: PlainSession[] = [];
  for (const { at, amount } of merged(entries)) {
    const last = sessions.at(-1);
    if (amount === 0) continue;
    if (last === undefined || at >= last.end) sessions.push({ end: at + WINDOW, used: amount });
    else last.used += amount;
  }
  return sessions;
}

const plain: Oracle = {
  used: (entries, now) =>
    sessionsOf(entries).reduce((sum, { end, used }) => sum + (end > now ? used : 0), 0),
  fits: (entries, now, amount) => plain.used(entries, now) + amount <= CAPACITY,
  moments: (entries, now) =>
    sessionsOf(entries)
      .map(({ end }) => end)
      .filter((end) => end > now),
};

describe('SessionWindow', () => {
  it('L1: agrees with brute force at every moment, whatever is settled when and though the clock goes back', () => {
    const create = () => new SessionWindow(CAPACITY, WINDOW);
    const trial = { create, oracle: plain, windowMs: WINDOW, startAt: 10_000 };
    expect(firstDifference(trial, 200)).toBeUndefined();
  });

  it('L1: opens with the first use, whenever that is, and not again before its end', () => {
    const window = new SessionWindow(5, 1_000);
    expect(window.fitAt(700, 5)).toBe(700);
    window.add(700, 3);
    window.add(1_600, 2);
    expect(window.fitAt(1_650, 1)).toBe(1_700);
    expect(window.nextEndAt(1_650)).toBe(1_700);
    window.add(1_900, 1);
    expect(window.nextEndAt(1_900)).toBe(2_900);
  });

  it('L2: a call that was refused did not open it', () => {
    const window = new SessionWindow(5, 1_000);
    const refused = window.add(100, 1);
    window.add(600, 5);
    window.change(refused, -1);
    expect(window.fitAt(1_200, 1)).toBe(1_600);
  });

  it('L1: goes on with a session whose beginning was written down, where what was before it is not known', () => {
    const window = new SessionWindow(5, 1_000);
    window.add(900, 4, 100);
    window.add(950, 1, 950);
    expect(window.openedAt(960)).toBe(100);
    expect(window.fitAt(1_000, 1)).toBe(1_100);
    expect(window.openedAt(1_100)).toBe(1_100);
  });

  it('L1: many moments are merged, and nothing gets through by it', () => {
    const window = new SessionWindow(1_000_000, 10_000_000);
    const first = window.add(0, 1);
    for (let at = 1; at <= 250_000; at++) window.add(at, 1);
    expect(window.used(250_000)).toBe(250_001);
    window.change(first, 4);
    expect(window.used(250_000)).toBe(250_005);
    expect(window.nextEndAt(250_000)).toBe(10_000_000);
  });
});
