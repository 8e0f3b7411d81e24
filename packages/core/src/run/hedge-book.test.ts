import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { place } from '../journal/history.fixture.ts';
import { hedgeOf } from '../route/hedge-options.ts';
import type { EventData, OverseerEvent } from '../spec/event.ts';
import type { OpenCall } from './expected-ends.ts';
import { HedgeBook } from './hedge-book.ts';

const COST = { inputTokens: 1, outputTokens: 2, microUsd: 300 };
const FREE = { inputTokens: 0, outputTokens: 0, microUsd: 0 };
const BEGUN = { step: 1, holds: [], estimate: COST, worst: { ...COST, microUsd: 900 } };

/** A book with the calls under way beside it, as a projection has them. */
function bookOf(options: Parameters<typeof hedgeOf>[0] = {}) {
  const book = new HedgeBook(hedgeOf(options));
  const calls = new Map<string, OpenCall>();
  const take = (event: OverseerEvent): void => {
    book.take(event, calls);
    const { call = '', model = '' } = event;
    if (event.type === 'call.started')
      calls.set(call, { model, kind: 'code', startedAt: event.at });
    else calls.delete(call);
  };
  return {
    book,
    start: (call: string, of?: string) =>
      take(
        place({
          type: 'call.started',
          call,
          model: of === undefined ? 'm' : 'n',
          data: { ...BEGUN, ...(of && { hedge: { of, version: 'p/n', because: 'silent' } }) },
        }),
      ),
    finish: (call: string, model: string, firstTokenMs?: number) =>
      take(
        place({
          type: 'call.finished',
          call,
          model,
          data: {
            parts: [],
            reason: 'stop',
            usage: { input: {}, output: {} },
            settled: COST,
            durationMs: 5_000,
            ...(firstTokenMs === undefined ? {} : { firstTokenMs }),
          },
        }),
      ),
    withhold: (call: string) =>
      take(place({ type: 'call.withheld', call, data: { because: 'x' } })),
    fail: (call: string, data: Partial<EventData['call.failed']>, seq = 1) =>
      take(
        place(
          {
            type: 'call.failed',
            call,
            data: {
              kind: 'aborted',
              message: 'x',
              retryable: true,
              settled: COST,
              uncertain: true,
              ...data,
            },
          },
          seq,
        ),
      ),
  };
}

describe('HedgeBook', () => {
  it('M14: at no time have more calls been hedged than the share of those that began', () => {
    const shares = fc.constantFrom(0.01, 0.05, 0.1, 0.25, 0.3, 0.7, 1);
    fc.assert(
      fc.property(shares, fc.array(fc.boolean(), { maxLength: 400 }), (share, wishes) => {
        const { book, start } = bookOf({ share });
        let hedges = 0;
        for (const [at, wish] of wishes.entries()) {
          start(`c${at}`);
          if (wish && book.mayHedge) {
            start(`h${at}`, `c${at}`);
            hedges += 1;
          }
          expect(hedges).toBeLessThanOrEqual(share * (at + 1) + 1e-6);
        }
        expect(book.use().open).toBe(hedges);
      }),
      { numRuns: 50 },
    );
  });

  it('L4 M14: a call that was not sent neither gives nor takes leave to ask twice', () => {
    const { book, start, withhold } = bookOf({ share: 0.5 });
    for (const call of ['a', 'b']) {
      start(call);
      withhold(call);
    }
    expect(book.mayHedge).toBe(false);
    start('c');
    start('d');
    start('h', 'c');
    expect(book.mayHedge).toBe(false);
    withhold('h');
    expect(book.mayHedge).toBe(true);
    expect(book.use()).toMatchObject({ open: 0, ended: 0, microUsd: 0, left: 1 });
  });

  it('M14: of ever so many calls before, no more than the share of a thousand is saved up', () => {
    const { book, start } = bookOf({ share: 0.05 });
    for (let call = 0; call < 5_000; call++) start(`c${call}`);
    expect(book.use().left).toBe(50);
    const rare = bookOf({ share: 0.0001 });
    for (let call = 0; call < 10_000; call++) rare.start(`c${call}`);
    expect(rare.book.use().left).toBe(1);
  });

  it('M14: a call is late by the first words of its model at its kind of task, else by all that the model said', () => {
    const { book, start, finish } = bookOf();
    expect(book.lateAfter('m', 'code')).toBeUndefined();
    for (let call = 1; call <= 20; call++) {
      start(`c${call}`);
      expect(book.lateAfter('m', 'code')).toBeUndefined();
      finish(`c${call}`, 'm', call * 100);
    }
    expect(book.lateAfter('m', 'code')).toBe(1_900);
    expect(book.lateAfter('m', 'write')).toBe(1_900);
    expect(book.lateAfter('n', 'code')).toBeUndefined();
    expect(bookOf({ afterMs: 70 }).book.lateAfter('m', 'code')).toBe(70);
  });

  it('M14: the 99th of 100 takes a hundred calls to know, and an answer in one piece counts when it is there', () => {
    const { book, start, finish } = bookOf({ percentile: 99 });
    for (let call = 1; call <= 100; call++) {
      expect(book.lateAfter('m', 'code')).toBeUndefined();
      start(`c${call}`);
      finish(`c${call}`, 'm');
    }
    expect(book.lateAfter('m', 'code')).toBe(5_000);
  });

  it('M14: one that was broken off for being late keeps counting as late, so that the bound does not creep down', () => {
    const { book, start, finish, fail } = bookOf({ share: 1 });
    for (let call = 1; call <= 20; call++) {
      start(`c${call}`);
      finish(`c${call}`, 'm', 100);
    }
    for (let late = 1; late <= 5; late++) {
      start(`l${late}`);
      start(`h${late}`, `l${late}`);
      // 10 ms a number; they began at 1.
      fail(`l${late}`, { lostTo: `h${late}` }, 901);
      finish(`h${late}`, 'n', 50);
    }
    expect(book.lateAfter('m', 'code')).toBe(9_000);
    start('x');
    fail('x', { kind: 'server' }, 2_001);
    expect(book.lateAfter('m', 'code')).toBe(9_000);
  });

  it('L7: counts what was paid for calls that did not give the answer', () => {
    const { book, start, finish, fail } = bookOf({ share: 1 });
    const cost = (): number => book.use().microUsd;
    start('c1');
    start('h1', 'c1');
    expect(book.use()).toMatchObject({ ended: 0, open: 1, heldMicroUsd: 900, microUsd: 0 });
    fail('c1', { lostTo: 'h1' });
    finish('h1', 'n');
    expect([cost(), book.use().ended, book.use().open]).toEqual([300, 1, 0]);
    start('c2');
    start('h2', 'c2');
    fail('h2', { lostTo: 'c2' });
    finish('c2', 'm');
    expect(cost()).toBe(600);
    start('c3');
    start('h3', 'c3');
    fail('h3', { kind: 'server', settled: FREE, uncertain: false });
    fail('c3', { kind: 'timeout' });
    expect(cost()).toBe(600);
    start('c4');
    start('h4', 'c4');
    finish('h4', 'n');
    finish('c4', 'm');
    expect(cost()).toBe(900);
    expect(book.use().rate.perHour('usd', 1_000)).toBeGreaterThan(0);
  });
});
