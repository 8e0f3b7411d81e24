import { isDeepStrictEqual } from 'node:util';
import type { OverseerEvent } from '@overseer/core/spec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventIn, eventText, readEventText } from './event-text.ts';

/** In the order of the journal. */
const FIELDS = ['id', 'stream', 'seq', 'at', 'type', 'v', 'epoch', 'actor'].concat([
  'run',
  'task',
  'attempt',
  'call',
  'model',
  'data',
]);
const id = fc.string({ minLength: 1 });
const events = fc.record(
  {
    id,
    stream: id,
    seq: fc.integer({ min: 1 }),
    at: fc.integer(),
    type: fc.oneof(fc.constantFrom('call.finished', 'run.started'), id),
    v: fc.integer({ min: 1 }),
    epoch: fc.integer({ min: 1 }),
    actor: id,
    run: id,
    task: id,
    attempt: id,
    call: id,
    model: id,
    data: fc.jsonValue(),
  },
  { requiredKeys: ['id', 'stream', 'seq', 'at', 'type', 'v', 'epoch', 'actor', 'data'] },
) as unknown as fc.Arbitrary<OverseerEvent>;

describe('eventText', () => {
  it('R5 R10: is read as what was written, whatever fields the event has', () => {
    fc.assert(
      fc.property(events, (event) => {
        const written = JSON.parse(JSON.stringify(event));
        expect(readEventText(eventText(event))).toStrictEqual(written);
        const fields = Object.keys(readEventText(eventText(event)) ?? {});
        expect(fields).toEqual(FIELDS.filter((field) => field in event));
      }),
    );
  });

  it('Q6: an older text, which names its fields, is read too', () => {
    fc.assert(
      fc.property(events, (event) => {
        expect(readEventText(JSON.stringify(event))).toEqual(JSON.parse(JSON.stringify(event)));
      }),
    );
  });

  it('R5: leaves out the names, and what an event lacks', () => {
    const event = { id: 'e', stream: 's', seq: 1, at: 2, type: 'run.started', v: 1, epoch: 3 };
    const told = { ...event, actor: 'overseer', data: {} };
    expect(eventText({ ...told, run: 'r' } as never)).toBe(
      '["e","s",1,2,"run.started",1,3,"overseer",{},"r"]',
    );
    expect(eventText({ ...told, call: 'c' } as never)).toBe(
      '["e","s",1,2,"run.started",1,3,"overseer",{},null,null,null,"c"]',
    );
  });

  it('Q6: keeps what it does not know, and its name', () => {
    fc.assert(
      fc.property(events, id, fc.jsonValue(), (event, name, value) => {
        fc.pre(name !== '__proto__');
        const written = JSON.parse(JSON.stringify({ ...event, [name]: value }));
        expect(isDeepStrictEqual(readEventText(eventText(written)), written)).toBe(true);
      }),
    );
  });

  it('R5: keeps what is no event as it is', () => {
    const told = { id: 'e', stream: 's', seq: 1, at: 2, type: 'run.started', v: 1, epoch: 3 };
    const whole = { ...told, actor: 'overseer', data: {} };
    const { actor: _, ...lacking } = whole;
    for (const odd of [{ ...lacking, later: 1 }, { ...whole, task: null }, told]) {
      expect(readEventText(eventText(odd as never))).toStrictEqual(odd);
    }
    const empty = { ...whole, data: undefined, run: 'r' };
    const { data: __, ...rest } = empty;
    expect(readEventText(eventText(empty as never))).toStrictEqual(rest);
  });

  it('R5: what is no event is none', () => {
    for (const text of ['', '{', '1', 'null', '"e"']) expect(readEventText(text)).toBeUndefined();
    expect(eventIn(undefined)).toBeUndefined();
  });
});
