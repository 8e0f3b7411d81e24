import { describe, expect, it } from 'vitest';
import { reasonOf } from './limited-time.ts';

describe('reasonOf', () => {
  it('K7 K5: is what the event says of itself, whatever its words are', () => {
    const because = 'a: team: 5/5 calls, resets in 8 s; b: 1/1 calls at once';
    const on = { kind: 'limit', what: 'team: 5 calls', model: 'a' } as const;
    expect(reasonOf({ because, on })).toEqual(on);
    const tool = { kind: 'outage', what: 'tool t: it hangs' } as const;
    expect(reasonOf({ because: 'x: 5/5 calls, resets in 1 s', on: tool })).toEqual({
      ...{ kind: 'outage', what: 'tool t: it hangs', model: undefined },
    });
  });

  it('K7: is read from the words of journals in which the event says nothing more', () => {
    expect(reasonOf({ because: 'a: 5/5 calls, resets in 8 s; b: busy' })).toEqual({
      ...{ kind: 'limit', what: '5 calls', model: 'a' },
    });
    expect(reasonOf({ because: 'a: server: it broke, and more' })).toEqual({
      ...{ kind: 'outage', what: 'server: it broke', model: 'a' },
    });
  });
});
