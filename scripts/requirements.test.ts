import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCatalogue } from './requirements/catalogue.ts';
import { citationsIn } from './requirements/citations.ts';
import { coverage } from './requirements/coverage.ts';

const root = join(import.meta.dirname, '..');

describe('the catalogue', () => {
  it('Q3: holds each id once, with a sentence and a mark', () => {
    const rows = readCatalogue(readFileSync(join(root, 'docs/requirements.md'), 'utf8'));
    expect(rows.length).toBeGreaterThan(100);
    for (const { what } of rows) expect(what).toMatch(/^[A-Z].*\.$/);
  });

  it('Q3: a wrong mark is refused with its line', () => {
    expect(() => readCatalogue('\n| R1 | Text. | finished |')).toThrow(
      'Line 2: R1 is marked "finished"; use done, begun, open.',
    );
  });

  it('Q3: an id that is there twice is refused', () => {
    expect(() => readCatalogue('| R1 | A. | open |\n| R1 | B. | open |')).toThrow('Line 2: R1');
  });
});

describe('citations', () => {
  it.each([
    [`it('R1: one', () => {})`, ['R1']],
    [`test("R1 R2: two", () => {})`, ['R1', 'R2']],
    ['it.skipIf(isWindows())(`R1, K10: three`, () => {})', ['R1', 'K10']],
    [`it.each([[1, f(2)]])('V3: %s', () => {})`, ['V3']],
    [`const rule = { name: 'M8: ends with one finish', check }`, ['M8']],
    [`it(\n  'D1: on the next line', () => {})`, ['D1']],
    [`it('R1: it\\'s quoted', () => {})`, ['R1']],
  ])('Q3: %s', (text, ids) => {
    expect(citationsIn('a.test.ts', text).flatMap((citation) => citation.ids)).toEqual(ids);
  });

  it.each([
    `it('says R1: inside', () => {})`,
    `it('HTTP: no id', () => {})`,
    `// it('R1: in words', f)`,
    `const text = "it('R1: quoted', f)"`,
  ])('Q3: not %s', (text) => {
    expect(citationsIn('a.test.ts', text)).toEqual([]);
  });

  it('Q3: know their line', () => {
    expect(citationsIn('a.test.ts', `\n\nit('R1: one', f)`)[0]).toMatchObject({ line: 3 });
  });
});

describe('coverage', () => {
  const catalogue = readCatalogue('| R1 | A. | done |\n| R2 | B. | open |');

  it('Q3: an id marked done without a test is a problem, an open one is not', () => {
    expect(coverage(catalogue, []).problems).toEqual(['R1 is marked done, and no test cites it.']);
  });

  it('Q3: a test that cites an unknown id is a problem', () => {
    const citations = citationsIn('a.test.ts', `it('R1 R9: x', f)`);
    expect(coverage(catalogue, citations).problems).toEqual([
      'a.test.ts:1 cites R9, which is not in docs/requirements.md.',
    ]);
  });

  it('X5: the command says of a wrong option in one sentence what is wrong, with a code', () => {
    const script = join(root, 'scripts/requirements.ts');
    const { status, stderr } = spawnSync(process.execPath, [script, '--bogus'], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([
      2,
      "Unknown option '--bogus'. --help shows all. [config.command-line]\n",
    ]);
  });

  it('Q3: the command prints what it found as lines of JSON', () => {
    const script = join(root, 'scripts/requirements.ts');
    const { stdout } = spawnSync(process.execPath, [script, '--json'], { encoding: 'utf8' });
    const rows = stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(rows).toContainEqual(
      expect.objectContaining({
        id: 'Q3',
        tests: expect.arrayContaining([
          expect.objectContaining({ path: 'scripts/requirements.test.ts' }),
        ]),
      }),
    );
  });
});
