import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planSpecKit } from './plan-spec-kit.ts';
import { readSpecKit } from './read-spec-kit.ts';

function manyTasks(count: number): string {
  const line = (i: number) =>
    `- [ ] T${String(i).padStart(3, '0')} [P] [US${(i % 9) + 1}] Do it in src/a/b${i}.ts (depends on T${String(Math.max(1, i - 1)).padStart(3, '0')})`;
  return `# Tasks\n\n## Phase 1: Setup\n${Array.from({ length: count }, (_, i) => line(i + 2)).join('\n')}`;
}

const inputs: readonly (readonly [string, string])[] = [
  ['10,000 tasks', manyTasks(10_000)],
  ['a task of 1 MiB', `- [ ] ${'a '.repeat(500_000)}`],
  ['a list of 60,000 dependencies', `- [ ] T001 depends on ${'T002, '.repeat(60_000)}`],
  ['slashes', `- [ ] T001 ${'a/'.repeat(200_000)}`],
  ['backticks', `- [ ] T001 ${'`'.repeat(200_000)}`],
  ['labels', `- [ ] T001 ${'[P]'.repeat(100_000)}`],
  ['after', `- [ ] T001 ${'(after '.repeat(50_000)}`],
  ['depends on', `- [ ] T001 ${'depends on '.repeat(50_000)}`],
  ['a dotted number', `- [ ] ${'1.'.repeat(100_000)}`],
  ['comments', '<!--'.repeat(100_000)],
  ['comments on lines', '<!-- a\n'.repeat(100_000)],
  ['fences', `${'```\n'.repeat(100_000)}~~~`],
  ['spaces', `- [ ] T001 ${' '.repeat(200_000)}x`],
  ['a long heading', `## ${'#'.repeat(200_000)} x`],
  ['tabs and boxes', '\t- [ ] a\n'.repeat(30_000)],
  [
    'ranges',
    Array.from({ length: 2_000 }, (_, i) => `- [ ] T${i} requires ${'T1-T200, '.repeat(50)}`).join(
      '\n',
    ),
  ],
];

describe('hostile documents', () => {
  it.each(inputs)('A1: %s are read in under a second', (_name, text) => {
    const before = process.cpuUsage();
    const { account } = readSpecKit(text, 't.md');
    const { user } = process.cpuUsage(before);
    expect(user / 1e6).toBeLessThan(1);
    const { boxes, tasks, acceptance, labels, masked, legend } = account;
    expect(tasks + acceptance + labels + masked + legend).toBe(boxes);
  });

  it('A1: 10,000 tasks are planned in under a second', () => {
    const document = readSpecKit(manyTasks(10_000), 't.md');
    const before = process.cpuUsage();
    expect(planSpecKit(document)).toHaveLength(10_000);
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(1);
  });

  it('A1: what is over a cap is said and counted', () => {
    const many = readSpecKit('- [ ] a\n'.repeat(20_002), 't.md');
    expect(many.tasks).toHaveLength(20_000);
    expect(many.account).toMatchObject({ boxes: 20_002, masked: 2 });
    expect(many.diagnostics.filter(({ code }) => code === 'TG108')).toHaveLength(2);
    const large = readSpecKit('x'.repeat(4 * 1024 * 1024 + 1), 't.md');
    expect(large.diagnostics.map(({ code, severity }) => `${code} ${severity}`)).toContain(
      'TG108 error',
    );
  });

  it('A1: no text makes the reader throw or lose a box', () => {
    const piece = fc.constantFrom(
      ...[
        '- [ ] ',
        '- [x] T001 ',
        '* [P] ',
        '## Phase 1: ',
        '### T002 ',
        '```',
        '~~~',
        '<!--',
        '-->',
      ],
      ...[
        '\n',
        '\r',
        '\r\n',
        '  ',
        '\t',
        '(depends on T001)',
        '`a.ts`',
        '**',
        '[US1] ',
        '---',
        '\ufeff',
        'T003 → T001',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join('');
        const { account, tasks, diagnostics } = readSpecKit(text, 't.md');
        const { boxes, tasks: counted, acceptance, labels, masked, legend } = account;
        expect(counted + acceptance + labels + masked + legend).toBe(boxes);
        expect(tasks.filter(({ kind }) => kind === 'checkbox')).toHaveLength(counted);
        expect(new Set(tasks.map(({ uid }) => uid)).size).toBe(tasks.length);
        for (const { at } of diagnostics) expect(at.end).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 500 },
    );
  });
});
