import { describe, expect, it } from 'vitest';
import { planSpecKit } from './plan-spec-kit.ts';
import { readSpecKit } from './read-spec-kit.ts';
import type { SpecKitPlanOptions } from './task-input.ts';

function plan(text: string, options?: SpecKitPlanOptions) {
  return planSpecKit(readSpecKit(text, 'tasks.md'), options);
}

function needs(text: string): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(plan(text).map((task) => [task.key, [...(task.needs ?? [])].sort()]));
}

describe('planSpecKit', () => {
  it('A1: tasks of a phase follow each other, and [P] neighbours stand side by side', () => {
    const text = `## Phase 1: a
- [ ] T001 in \`a.ts\`
- [ ] T002 [P] in \`b.ts\`
- [ ] T003 [P] in \`c.ts\`
- [ ] T004 in \`d.ts\`
## Phase 2: b
- [ ] T005 [P] in \`e.ts\`
- [ ] T006 [P] in \`f.ts\`
`;
    expect(needs(text)).toEqual({
      T001: [],
      T002: ['T001'],
      T003: ['T001'],
      T004: ['T002', 'T003'],
      T005: ['T004'],
      T006: ['T004'],
    });
  });

  it('A1: a shared file or no file at all serialises, whatever [P] says', () => {
    const text = `- [ ] T001 [P] in \`a.ts\`
- [ ] T002 [P] in \`a.ts\` and \`b.ts\`
- [ ] T003 [P] in \`c.ts\`
- [ ] T004 [P] somewhere
- [ ] T005 [P] in \`src/\`
- [ ] T006 [P] in \`src/x.ts\`
`;
    expect(needs(text)).toEqual({
      T001: [],
      T002: ['T001'],
      T003: [],
      T004: ['T002', 'T003'],
      T005: ['T004'],
      T006: ['T005'],
    });
  });

  it('A1: what a task states comes before the order of the document', () => {
    const text = `- [ ] T001 in \`a.ts\` (depends on T003)
- [ ] T002 in \`b.ts\`
- [ ] T003 in \`c.ts\`
`;
    expect(needs(text)).toEqual({ T002: [], T003: ['T002'], T001: ['T003'] });
  });

  it('A1: a task that depends on nothing need not wait for its neighbours', () => {
    const text = `## Phase 1: a
- [ ] T001 in \`a.ts\`
## Phase 2: b
- [ ] T002 in \`b.ts\`
- [ ] T003 in \`c.ts\`
  - **Dependencies**: None
- [ ] T004 in \`d.ts\`
`;
    expect(needs(text)).toEqual({
      T001: [],
      T002: ['T001'],
      T003: ['T001'],
      T004: ['T002', 'T003'],
    });
  });

  it('A1: children come before their parent', () => {
    const text = '- [ ] T001 all\n  - [ ] T002 one\n  - [ ] T003 two\n- [ ] T004 next\n';
    expect(needs(text)).toEqual({
      T002: [],
      T003: ['T002'],
      T001: ['T002', 'T003'],
      T004: ['T001'],
    });
  });

  it('A1: what is done is left out and counts as satisfied', () => {
    const text = `- [x] T001 in \`a.ts\`
- [ ] T002 in \`b.ts\` (depends on T001)
- [~] T003 in \`c.ts\`
- [ ] T004 in \`d.ts\` (depends on T003)
- [ ]* T005 in \`e.ts\`
- [ ] T006 in \`f.ts\`
`;
    expect(needs(text)).toEqual({ T002: [], T006: ['T002'] });
    expect(plan(text, { optional: true }).map(({ key }) => key)).toEqual(['T002', 'T005', 'T006']);
    expect(plan('- [x] T001 a\n')).toEqual([]);
  });

  it('A1: title, kind, priority, files, checks and instruction come from the document', () => {
    const text = `## Phase 3: User Story 1 - Read (Priority: P2)
**Goal**: Reading works
- [ ] T007 [P] [US1] Implement slugify in src/slugify.ts
  - **Verify**: \`node --test test/slugify.test.ts\`
- [ ] T008 [US1] Test it in test/more.test.ts
- [ ] T009 [US1] Describe it in docs/usage.md
`;
    const [first, second, third] = plan(text, { checks: [{ kind: 'tsc' }] });
    expect(first).toMatchObject({
      key: 'T007',
      title: 'T007 Implement slugify in src/slugify.ts',
      kind: 'code',
      priority: 'medium',
      files: ['src/slugify.ts'],
      checks: [{ kind: 'command', value: 'node --test test/slugify.test.ts' }, { kind: 'tsc' }],
      origin: { file: 'tasks.md', uid: 'T007' },
    });
    expect(first?.instruction).toContain('Goal: Reading works');
    expect([second?.kind, third?.kind]).toEqual(['test', 'document']);
    expect(plan(text, { verify: false })[0]?.checks).toEqual([]);
    const own = plan(text, { checks: ({ uid }) => [{ kind: 'review', value: uid }] });
    expect(own[1]?.checks).toEqual([{ kind: 'review', value: 'T008' }]);
  });

  it('A1: a cycle and a document without tasks are refused in one sentence', () => {
    const cycle = '- [ ] T001 a (depends on T002)\n- [ ] T002 b (depends on T001)\n';
    expect(() => plan(cycle)).toThrow(/tasks\.md:1: .* T001 → T002 → T001\. .*TG205/);
    expect(() => plan(cycle)).toThrow(expect.objectContaining({ code: 'source.cycle' }));
    expect(() => plan('# Tasks\n')).toThrow(expect.objectContaining({ code: 'source.no-tasks' }));
    expect(() => plan('Like this:\n```\n- [ ] T001 a\n```\n')).toThrow(
      '1 of 1 checkboxes stand in code',
    );
  });

  it('A1: two waves of thousands do not make millions of edges', () => {
    const wave = (from: number) =>
      Array.from({ length: 3_000 }, (_, i) => `- [ ] T${from + i} [P] in \`f${from + i}.ts\``);
    const text = ['## Phase 1: a', ...wave(10_000), '## Phase 2: b', ...wave(20_000)].join('\n');
    const tasks = plan(text);
    const edges = tasks.reduce((sum, task) => sum + (task.needs?.length ?? 0), 0);
    expect(tasks).toHaveLength(6_000);
    expect(edges).toBeLessThan(10_000);
  });
});
