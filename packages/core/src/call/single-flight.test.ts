import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../journal/draft.ts';
import { place } from '../journal/history.fixture.ts';
import type { ModelEvent } from '../spec/model.ts';
import { SingleFlight } from './single-flight.ts';

const COST = { inputTokens: 5, outputTokens: 2, microUsd: 1 };

const started = (attempt: string, key = 'k'): EventDraft => ({
  type: 'call.started',
  attempt,
  call: `c-${attempt}`,
  data: { step: 1, holds: [], estimate: COST, worst: COST, key },
});
const finished = (attempt: string, text = 'yes'): EventDraft => ({
  type: 'call.finished',
  attempt,
  call: `c-${attempt}`,
  data: {
    parts: [{ type: 'text', text }],
    reason: 'stop',
    usage: { input: {}, output: {} },
    settled: COST,
    durationMs: 1,
  },
});
const failed = (attempt: string): EventDraft => ({
  type: 'call.failed',
  attempt,
  call: `c-${attempt}`,
  data: { kind: 'server', message: 'down', retryable: true, settled: COST, uncertain: false },
});
const delta = (text: string): ModelEvent => ({ type: 'delta', index: 0, kind: 'text', text });
const nobody = (): void => undefined;

function flightsOf(...drafts: readonly EventDraft[]): SingleFlight {
  const flights = new SingleFlight();
  for (const draft of drafts) flights.take(place(draft));
  return flights;
}

describe('SingleFlight', () => {
  it('M13: gives the answer to those who followed while it was under way, and to nobody after', () => {
    const flights = flightsOf(started('a'));
    expect(flights.follow('k', 'b', nobody)).toBe(true);
    expect(flights.follow('other', 'c', nobody)).toBe(false);
    expect(flights.stateFor('b')).toEqual({ kind: 'flying' });
    flights.take(place(finished('a')));
    expect(flights.stateFor('b')).toMatchObject({ kind: 'answer', call: 'c-a' });
    expect(flights.follow('k', 'd', nobody)).toBe(false);
    expect(flights.stateFor('d')).toBeUndefined();
    expect(flights.size).toBe(0);
  });

  it('M13: after a failure the next call leads all who wait', () => {
    const flights = flightsOf(started('a'));
    for (const name of ['b', 'c']) flights.follow('k', name, nobody);
    flights.take(place(failed('a')));
    expect(flights.isFlying('k')).toBe(false);
    expect([flights.stateFor('b'), flights.stateFor('c')]).toEqual([
      { kind: 'open' },
      { kind: 'open' },
    ]);
    flights.take(place(started('b')));
    expect(flights.follow('k', 'c', nobody)).toBe(true);
    expect(flights.stateFor('b')).toBeUndefined();
    flights.take(place(finished('b')));
    expect(flights.stateFor('c')).toMatchObject({ kind: 'answer', call: 'c-b' });
  });

  it.each<EventDraft>([
    { type: 'attempt.ended', attempt: 'a', data: { outcome: 'cancelled', because: 'test' } },
    started('a', 'other'),
  ])('M13: whoever leads and goes leaves the lead open', (draft) => {
    const flights = flightsOf(started('a'));
    flights.follow('k', 'b', nobody);
    flights.take(place(draft));
    expect(flights.stateFor('b')).toEqual({ kind: 'open' });
  });

  it('M13: an answer of no use sends each on alone', () => {
    const flights = flightsOf(started('a'));
    flights.follow('k', 'b', nobody);
    flights.take(place(finished('a', '')));
    expect(flights.stateFor('b')).toEqual({ kind: 'alone' });
  });

  it('M13: whoever leaves hears no more, the others do', () => {
    const flights = flightsOf(started('a'));
    const heard: string[] = [];
    const hear = (name: string) => (event: ModelEvent) =>
      heard.push(`${name} ${event.type === 'delta' ? event.text : ''}`);
    flights.say('a', delta('1'));
    flights.follow('k', 'b', hear('b'));
    flights.follow('k', 'c', hear('c'));
    flights.leave('b');
    flights.say('a', delta('2'));
    flights.say('b', delta('3'));
    expect(heard).toEqual(['b 1', 'c 1', 'c 2']);
    expect(flights.stateFor('b')).toBeUndefined();
  });

  it('M13 Q4: has room for so many who wait, and for so much that was said', () => {
    const flights = flightsOf(started('a'));
    for (let said = 0; said < 5_000; said++) flights.say('a', delta('x'));
    let heard = 0;
    const followed = Array.from({ length: 300 }, (_, at) =>
      flights.follow('k', `f${at}`, () => {
        heard += 1;
      }),
    );
    expect(followed.filter(Boolean)).toHaveLength(256);
    expect(heard).toBe(256 * 2_048);
    expect(flights.isFlying('k')).toBe(false);
    // Who makes a call of its own beside it leads nobody away.
    flights.take(place(started('f299')));
    flights.take(place(finished('f299')));
    expect(flights.stateFor('f0')).toEqual({ kind: 'flying' });
  });
});
