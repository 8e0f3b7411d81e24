import { describe, expect, it } from 'vitest';
import { createFakeClock } from './fake-clock.ts';

describe('createFakeClock', () => {
  it('R2: stands still until it is moved', () => {
    const clock = createFakeClock(1_000);
    expect(clock.now()).toBe(1_000);
    clock.advance(5);
    expect(clock.now()).toBe(1_005);
  });

  it('R2: runs due callbacks in order, each at its own time', () => {
    const clock = createFakeClock(0);
    const seen: string[] = [];
    const note = (name: string) => () => seen.push(`${name}@${clock.now()}`);
    clock.after(30, note('c'));
    clock.after(10, note('a'));
    clock.after(10, note('b'));
    clock.after(31, note('never'));
    clock.advance(30);
    expect(seen).toEqual(['a@10', 'b@10', 'c@30']);
    expect(clock.pending).toBe(1);
  });

  it('R2: runs what callbacks add when that comes due too', () => {
    const clock = createFakeClock(0);
    const times: number[] = [];
    const again = (): void => {
      times.push(clock.now());
      clock.after(10, again);
    };
    clock.after(10, again);
    clock.advance(35);
    expect(times).toEqual([10, 20, 30]);
  });

  it('R2: what was taken back never runs', () => {
    const clock = createFakeClock(0);
    let ran = false;
    const cancel = clock.after(10, () => {
      ran = true;
    });
    cancel();
    cancel();
    clock.advance(10);
    expect(ran).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('R2: setting the hands runs nothing and leaves remaining times alone', () => {
    const clock = createFakeClock(1_000);
    let at = 0;
    clock.after(10, () => {
      at = clock.now();
    });
    clock.set(500);
    expect(clock.now()).toBe(500);
    expect(at).toBe(0);
    clock.advance(10);
    expect(at).toBe(510);
  });
});
