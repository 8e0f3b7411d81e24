import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { regrade } from './regrade.ts';
import { dataFiles, nameOf, type Row, readRows, split, splitByKind } from './rows.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'routing-rows-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const row = (some: Partial<Row>): Row => ({
  prompt: 'p',
  strong: false,
  weak: false,
  kind: 'question',
  weakResponse: undefined,
  strongResponse: undefined,
  ...some,
});

describe('regrade', () => {
  it('M14: puts right what was graded as text and is right as a number', () => {
    const cases = [
      row({ weak: true, weakResponse: 'so\n#### 29', strongResponse: 'It is $29.00.' }),
      row({ weak: true, weakResponse: '#### 1400', strongResponse: '700 * 2 = 1,400 bananas' }),
      row({ strong: true, weakResponse: '#### 7.0 eggs', strongResponse: 'That is 7.' }),
    ];
    const { rows, strong, weak } = regrade(cases);
    expect([strong, weak]).toEqual([2, 1]);
    expect(rows.every((one) => one.strong && one.weak)).toBe(true);
  });

  it('M14: leaves a grade where the numbers differ, or nobody was graded right', () => {
    const cases = [
      row({ weak: true, weakResponse: '#### 29', strongResponse: 'It is 30.' }),
      row({ weakResponse: '#### 29', strongResponse: 'It is $29.00.' }),
      row({ weak: true, weakResponse: 'no number', strongResponse: 'none' }),
      row({ weak: true }),
    ];
    expect(regrade(cases)).toEqual({ rows: cases, strong: 0, weak: 0 });
  });
});

describe('the rows', () => {
  it('M14: are read from a file, packed or not, and named for it', () => {
    const line = JSON.stringify({ prompt: 'q', strong: true, weak: false, subject: 'law' });
    const plain = join(folder, 'own.jsonl');
    const packed = join(folder, 'routellm_mmlu_dev.jsonl.gz');
    writeFileSync(plain, `${line}\n\n${line}\n`);
    writeFileSync(packed, gzipSync(line));
    expect(readRows(plain)).toHaveLength(2);
    expect(readRows(packed)[0]).toMatchObject({ kind: 'law', strong: true });
    expect([nameOf(plain), nameOf(packed)]).toEqual(['own', 'mmlu']);
    expect(dataFiles(plain)).toEqual([plain]);
    expect(dataFiles(folder)).toEqual([plain, packed]);
    expect(() => dataFiles(join(folder, 'none'))).toThrow('--data');
    writeFileSync(plain, '{"prompt": 1}\n');
    expect(() => readRows(plain)).toThrow('own.jsonl:1');
  });

  it('M14: are parted the same way by the same seed, wherever they stood', () => {
    const rows = Array.from({ length: 50 }, (_, at) => row({ prompt: `question ${at}` }));
    const { train, test } = split(rows, 20, 1);
    expect([train.length, test.length]).toEqual([20, 30]);
    expect(split([...rows].reverse(), 20, 1).train).toEqual(train);
    expect(split(rows, 20, 2).train).not.toEqual(train);
  });

  it('M14: are parted by kind, so that no kind is in both parts', () => {
    const rows = Array.from({ length: 60 }, (_, at) =>
      row({ prompt: `${at}`, kind: `k${at % 5}` }),
    );
    const { train, test } = splitByKind(rows, 10, 1);
    expect([train.length, test.length]).toEqual([10, 36]);
    const seen = new Set(train.map(({ kind }) => kind));
    expect(test.filter(({ kind }) => seen.has(kind))).toEqual([]);
  });
});
