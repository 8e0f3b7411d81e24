import { describe, expect, it } from 'vitest';
import { QualityBook } from './quality.ts';
import { workKind } from './work-kind.ts';

function noted(count: number, good: number, kind = 'code', book = new QualityBook()): QualityBook {
  for (let at = 0; at < count; at++) book.note('m', kind, at < good);
  return book;
}

describe('QualityBook', () => {
  it('M14: knows nothing of a new model, and takes it to succeed in two of three', () => {
    expect(new QualityBook().of('m', 'code')).toMatchObject({ mean: 2 / 3, outcomes: 0 });
  });

  it('M14: draws a kind with few outcomes towards the rate over all kinds', () => {
    const book = noted(100, 90, 'write');
    book.note('m', 'code', false);
    const code = book.of('m', 'code').mean;
    expect(code).toBeLessThan(book.overall('m').mean);
    expect(code).toBeGreaterThan(0.75);
    expect(noted(40, 0, 'code', book).of('m', 'code').mean).toBeLessThan(0.2);
    expect(book.of('m', 'write').mean).toBeGreaterThan(0.8);
  });

  it('M14 M16: draws a kind with a framework towards the kind, of which it is a part', () => {
    const book = noted(100, 50);
    const brief = workKind('code', 'brief');
    expect(book.of('m', brief).mean).toBeCloseTo(book.of('m', 'code').mean, 10);
    noted(40, 40, brief, book);
    expect(book.of('m', brief).mean).toBeGreaterThan(0.9);
    expect(book.of('m', workKind('code', 'other')).mean).toBeCloseTo(book.of('m', 'code').mean, 10);
    expect(book.of('m', 'code').mean).toBeGreaterThan(0.6);
    expect(book.of('m', brief).outcomes).toBe(book.of('m', 'code').outcomes);
  });

  it('M14: follows a model that changed, since old outcomes fade', () => {
    const book = noted(4_000, 4_000);
    noted(1_500, 0, 'code', book);
    expect(book.of('m', 'code').mean).toBeLessThan(0.3);
    expect(book.of('m', 'code').outcomes).toBeLessThanOrEqual(1_000);
  });

  it('M14 R8: is the same after a snapshot, and bounded', () => {
    const book = noted(30, 10);
    for (let at = 0; at < 3_000; at++) book.note('m', `kind ${at}`, true);
    expect(book.body().kinds.length).toBeLessThanOrEqual(2_000);
    const again = new QualityBook();
    again.restore(structuredClone(book.body()));
    expect(again.body()).toEqual(book.body());
    expect(again.of('m', 'kind 2999')).toEqual(book.of('m', 'kind 2999'));
  });
});
