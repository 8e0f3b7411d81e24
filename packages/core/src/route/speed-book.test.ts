import { describe, expect, it } from 'vitest';
import { SpeedBook } from './speed-book.ts';

describe('SpeedBook', () => {
  it('M14: is a mean in which recent calls count most, bounded', () => {
    const book = new SpeedBook();
    expect(book.of('m')).toBeUndefined();
    book.note('m', 1_000);
    expect(book.of('m')).toBe(1_000);
    for (let at = 0; at < 30; at++) book.note('m', 5_000);
    expect(book.of('m')).toBeGreaterThan(4_900);
    for (let at = 0; at < 600; at++) book.note(`m${at}`, at);
    expect(book.body().length).toBe(500);
    const again = new SpeedBook();
    again.restore(book.body());
    expect(again.of('m599')).toBe(599);
  });
});
