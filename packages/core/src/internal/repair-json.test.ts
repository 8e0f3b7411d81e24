import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeFixes, repairJson } from './repair-json.ts';

describe('repairJson', () => {
  it.each([
    ['{"a":1}', { a: 1 }, []],
    ['```json\n{"a": 1}\n```', { a: 1 }, ['fence']],
    ['Here it is:\n{"a": 1}\nThat is all.', { a: 1 }, ['words']],
    ['Use {name} here: {"a": 1}', { a: 1 }, ['words']],
    ['{"a": [1, 2,], }', { a: [1, 2] }, ['comma']],
    ['{"a": 1\n"b": 2}', { a: 1, b: 2 }, ['comma']],
    ["{'a': 'x'}", { a: 'x' }, ['quotes']],
    ['{“a”: “x”}', { a: 'x' }, ['quotes']],
    ['{a: 1, b_c: "x"}', { a: 1, b_c: 'x' }, ['keys']],
    ['{"a": True, "b": None}', { a: true, b: null }, ['literal']],
    ['{"a": 1 /* one */} // end', { a: 1 }, ['comment', 'words']],
    ['{"a": "x\ny"}', { a: 'x\ny' }, ['newline']],
    ['{"a": "\\d+"}', { a: '\\d+' }, ['escape']],
    ['{"a": {"b": [1, 2]', { a: { b: [1, 2] } }, ['open', 'closed']],
    ['{"a": [1, 2]', { a: [1, 2] }, ['closed']],
    ['[{"a": "x"', [{ a: 'x' }], ['open', 'closed']],
    ['{"a": "x"', { a: 'x' }, ['closed']],
    ['{"a": 1, "b": "hal', { a: 1, b: 'hal' }, ['cut', 'closed']],
    ['{"a": 1, "b": 12', { a: 1 }, ['cut']],
    ['{"a": 1, "b":', { a: 1 }, ['cut']],
    ['{"a": 1, "b', { a: 1 }, ['cut']],
    ['{"a": 1,', { a: 1 }, ['cut']],
    ['{"a": tru', {}, ['cut']],
    ['{"__proto__": {"x": 1},}', JSON.parse('{"__proto__":{"x":1}}'), ['comma']],
  ])('R9: reads %j', (text, value, fixes) => {
    const repair = repairJson(text);
    expect(repair).toMatchObject({ ok: true, value, fixes });
    if (repair.ok) expect(JSON.parse(repair.json)).toEqual(value);
    if (repair.ok && fixes.length > 0)
      expect(describeFixes(repair.fixes)).not.toContain('undefined');
  });

  it.each([
    ['nothing here', 'it holds no JSON object or array'],
    ['', 'it holds no JSON object or array'],
    ['{"a": "he said "yes" to it"}', '"y" stands where a comma or } should, at character 17'],
    ["{'a': 'don't'}", '"t" stands where a comma or } should, at character 12'],
    ['{"a": 0x1f}', '"x" stands where a comma or } should, at character 8'],
    ['{"a": [1, 2}', '"}" stands where a comma or ] should, at character 12'],
    ['{"a": 1} and {"b": 2}', 'it holds 2 JSON values, and one was to be there'],
    ['{"a": NaN}', '"NaN" is no value, at character 10'],
    ['{"a": "x "y" z", "b": {"c": 1}}', '"y" stands where a comma or } should, at character 11'],
  ])('R9: does not guess at %j', (text, because) => {
    expect(repairJson(text)).toEqual({ ok: false, because });
  });

  it('R9: does not read what is nested without end', () => {
    const because = 'it is more than 200 levels deep';
    expect(repairJson('['.repeat(50_000) + ']'.repeat(50_000))).toEqual({ ok: false, because });
  });

  it('R9: leaves any JSON as it is', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(repairJson(json)).toEqual({ ok: true, value: JSON.parse(json), json, fixes: [] });
      }),
    );
  });

  it('R9: reads JSON among words and fences as the JSON that it is', () => {
    const inside = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
    fc.assert(
      fc.property(inside, (value) => {
        const json = JSON.stringify(value, undefined, 1);
        const repair = repairJson(`Sure:\n\`\`\`json\n${json}\n\`\`\`\nDone.`);
        expect(repair).toMatchObject({ ok: true, fixes: ['fence', 'words'] });
        if (repair.ok) expect(repair.value).toEqual(JSON.parse(json));
      }),
    );
  });

  it('R9: finds a cut wherever it was made, and never throws', () => {
    const inside = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { minKeys: 1 });
    fc.assert(
      fc.property(inside, fc.double({ min: 0, max: 1, noNaN: true }), (value, share) => {
        const json = JSON.stringify(value);
        const end = Math.max(1, Math.floor(json.length * share));
        const repair = repairJson(json.slice(0, end));
        if (end === json.length) expect(repair).toMatchObject({ fixes: [] });
        else
          expect(repair.ok && repair.fixes.some((fix) => fix === 'cut' || fix === 'closed')).toBe(
            true,
          );
      }),
    );
  });

  it('R9: gives what parses or says why not, whatever the text', () => {
    const signs = fc.constantFrom(...'{}[]",:\'\\ \n`/*-+.e019antrufls“”u');
    const text = fc.oneof(fc.string({ unit: signs, maxLength: 60 }), fc.string());
    fc.assert(
      fc.property(text, (written) => {
        const repair = repairJson(written);
        if (repair.ok) expect(JSON.parse(repair.json)).toEqual(repair.value);
        else expect(repair.because).not.toBe('');
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['beginnings', '{x '.repeat(100_000)],
    ['comments', `{${'/* '.repeat(100_000)}`],
    ['strings', `{"a": ${'"x\\n" '.repeat(50_000)}`],
    ['a long string', `{"a": "${'x\n'.repeat(500_000)}",}`],
    ['members', `{${'"a": 1,\n'.repeat(100_000)}`],
  ])('R9: takes time in proportion to many %s', (_, text) => {
    const startedAt = performance.now();
    repairJson(text);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
