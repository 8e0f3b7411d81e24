import { describe, expect, it } from 'vitest';
import { SessionWindow } from './session-window.ts';
import { firstDifference } from './window.fixture.ts';
import { sessionTrial } from './window-trials.fixture.ts';

describe('SessionWindow', () => {
  it('L1: agrees with brute force at every moment, whatever is settled when and though the clock goes back', () => {
    expect(firstDifference(sessionTrial, 200)).toBeUndefined();
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

  it('L1: a session that is known by its record alone goes back with the clock', () => {
    const window = new SessionWindow(5, 1_000);
    window.add(900, 5, 100);
    window.setBack(50);
    expect(window.fitAt(50, 1)).toBe(1_050);
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
