import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.ts';
import { NextLook } from './next-look.ts';

describe('a look that comes again', () => {
  it('R2: comes once, as early as was asked first, and again only when it is asked for', () => {
    const { clock, looks, next } = begin();
    next.after(5_000);
    next.after(1_500);
    clock.advance(4_999);
    expect(looks.count).toBe(0);
    clock.advance(60_000);
    expect(looks.count).toBe(1);
    next.after(5_000);
    clock.advance(5_000);
    expect(looks.count).toBe(2);
  });

  it('R2: never comes more than once a second, nor later than a timer can wait', () => {
    const { clock, looks, next } = begin();
    next.after(0);
    clock.advance(999);
    expect(looks.count).toBe(0);
    clock.advance(1);
    expect(looks.count).toBe(1);
    next.after(Number.POSITIVE_INFINITY);
    clock.advance(2 ** 31 - 1);
    expect(looks.count).toBe(2);
  });

  it('R2: can be taken back, and comes no more once it is closed', () => {
    const { clock, looks, next } = begin();
    next.after(2_000);
    next.rest();
    clock.advance(10_000);
    expect(looks.count).toBe(0);
    next.after(2_000);
    next.close();
    next.after(2_000);
    clock.advance(10_000);
    expect(looks.count).toBe(0);
  });
});

function begin() {
  const clock = createFakeClock();
  const looks = { count: 0 };
  const next = new NextLook(clock, () => {
    looks.count += 1;
  });
  return { clock, looks, next };
}
