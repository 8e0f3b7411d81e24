import { describe, expect, it } from 'vitest';
import { RefusalBook } from './refusal-book.ts';

describe('RefusalBook', () => {
  it('L8: tells the share of refusals that some checks gave, over a snapshot too, and stays small', () => {
    const book = new RefusalBook();
    expect(book.shareOf(['tests'])).toBe(0);
    for (const check of ['tests', 'tests', 'tests', 'arithmetic']) book.note(check);
    expect(book.shareOf(['tests', 'tests'])).toBe(0.75);
    expect(book.shareOf(['arithmetic', 'other'])).toBe(0.25);
    const restored = new RefusalBook();
    restored.restore(book.body());
    expect(restored.shareOf(['tests'])).toBe(0.75);
    for (let at = 0; at < 1_000; at++) book.note(`check ${at}`);
    expect(book.body().checks.length).toBeLessThanOrEqual(256);
    expect(book.body().all).toBe(1_004);
  });
});
