import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIFT_ABOVE, liftStrings, putBack } from './lift-strings.ts';
import type { ValuePath } from './protocol.ts';

const LONG = 'x'.repeat(LIFT_ABOVE + 1);

describe('liftStrings', () => {
  it('R5: takes large strings out wherever they are, and changes nothing else', () => {
    const value = { a: 'short', b: [1, { c: LONG }, null], d: { e: LONG } };
    const taken: [ValuePath, string][] = [];
    const rest = liftStrings(value, (path, text) => taken.push([path, text]));
    expect(rest).toEqual({ a: 'short', b: [1, { c: null }, null], d: { e: null } });
    expect(taken.map(([path]) => path)).toEqual([
      ['b', 1, 'c'],
      ['d', 'e'],
    ]);
    expect(value.b[1]).toEqual({ c: LONG });
  });

  it('R5: gives the value itself when there is nothing to take', () => {
    const value = { a: ['x'.repeat(LIFT_ABOVE)] };
    expect(liftStrings(value, () => expect.unreachable())).toBe(value);
  });

  it('R5: leaves what UTF-8 cannot carry', () => {
    const value = { a: `${LONG}\ud800` };
    expect(liftStrings(value, () => expect.unreachable())).toBe(value);
  });

  it('R5: putting back undoes it, for any JSON', () => {
    const long = fc.constantFrom(LONG, `${LONG}é`, `${LONG}\0`);
    const { value: json } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.jsonValue(),
        long,
        fc.array(tie('value')),
        fc.dictionary(
          fc.oneof(fc.string(), fc.constantFrom('__proto__', 'length', '0')),
          tie('value'),
        ),
      ),
    }));
    fc.assert(
      fc.property(json, (value) => {
        const before = JSON.stringify({ data: value });
        const taken: [ValuePath, string][] = [];
        const rest = liftStrings({ data: JSON.parse(before).data }, (path, text) =>
          taken.push([path, text]),
        );
        const copy = JSON.parse(JSON.stringify(rest));
        for (const [path, text] of taken) putBack(copy, path, text);
        expect(JSON.stringify(copy)).toBe(before);
      }),
    );
  });
});
