import { describe, expect, it } from 'vitest';
import { readSpecKit } from './read-spec-kit.ts';
import type { DocumentTask, TaskDocument } from './task-document.ts';

const feature = `# Tasks: Parcel labels

**Input**: Design documents from \`/specs/004-parcel-labels/\`

## Format: \`[ID] [P?] [Story] Description\`

- **[P]**: Can run in parallel
- [P] tasks touch different files

## Phase 1: Setup (Shared Infrastructure)

**Purpose**: A place to work

- [x] T001 Create \`package.json\` and src/index.ts
- [ ] T002 [P] Add the linter in \`config/lint.json\`

**Checkpoint**: The linter runs

## Phase 2: User Story 1 - Print a label (Priority: P1) 🎯 MVP

**Goal**: One parcel, one label

**Independent Test**: Print a label and scan it

### Tests for User Story 1

- [ ] **T003** [P] [US1] Test the layout in test/layout.test.ts (depends on T001, T002)
- [ ] T004 [US1,US2] Write src/layout.ts
  - **Do**: keep \`src/units.ts\` as it is
  - **Verify**: \`node --test test/layout.test.ts\` passes
  - **Depends on**: T001-T003
- [~] T005a Print in colour *(after T004)*

\`\`\`text
- [ ] T099 an example
\`\`\`

## Dependencies

- T002 blocks T004, T005a
- Setup comes before everything, T001 too

## Notes

- [P] tasks = different files
- [ ] = still open
`;

function byId(document: TaskDocument, id: string): DocumentTask {
  const task = document.tasks.find((one) => one.id === id);
  if (task === undefined) throw new Error(`no ${id}`);
  return task;
}

function codes(text: string): readonly string[] {
  return readSpecKit(text, 'tasks.md').diagnostics.map(({ code, at }) => `${code}:${at.line}`);
}

describe('readSpecKit', () => {
  const document = readSpecKit(feature, 'specs/004-parcel-labels/tasks.md');

  it('A1: ids, titles, labels and states are read', () => {
    expect(document.title).toBe('Parcel labels');
    expect(
      document.tasks.map(({ id, status, parallel, stories }) => [id, status, parallel, stories]),
    ).toEqual([
      ['T001', 'done', 'unset', []],
      ['T002', 'todo', 'yes', []],
      ['T003', 'todo', 'yes', ['US1']],
      ['T004', 'todo', 'unset', ['US1', 'US2']],
      ['T005a', 'deferred', 'unset', []],
    ]);
    expect(byId(document, 'T003').title).toBe(
      'Test the layout in test/layout.test.ts (depends on T001, T002)',
    );
  });

  it('A1: phases carry their facts, and prose is no phase', () => {
    expect(document.phases).toHaveLength(2);
    expect(document.phases[0]).toMatchObject({
      number: '1',
      purpose: 'A place to work',
      checkpoint: 'The linter runs',
    });
    expect(document.phases[1]).toMatchObject({
      number: '2',
      story: 'US1',
      priority: 'P1',
      goal: 'One parcel, one label',
      independentTest: 'Print a label and scan it',
    });
  });

  it('A1: dependencies come from the line, from bullets, from ranges and from their section', () => {
    const needs = (id: string) => byId(document, id).needs.map(({ on }) => on);
    expect(needs('T003')).toEqual(['T001', 'T002']);
    expect(needs('T004')).toEqual(['T001', 'T002', 'T003']);
    expect(needs('T005a')).toEqual(['T004', 'T002']);
    expect(byId(document, 'T005a').needs[1]?.stated).toBe('section');
  });

  it('A1: files are what the task writes, not what it is verified with', () => {
    const files = (id: string) => byId(document, id).files.map(({ path }) => path);
    expect(files('T001')).toEqual(['package.json', 'src/index.ts']);
    expect(files('T004')).toEqual(['src/layout.ts', 'src/units.ts']);
    expect(byId(document, 'T004').verify).toEqual(['node --test test/layout.test.ts']);
  });

  it('A1: every box is accounted for', () => {
    expect(document.account).toEqual({
      boxes: 9,
      tasks: 5,
      acceptance: 0,
      labels: 2,
      masked: 1,
      legend: 1,
    });
  });

  it('A1: positions are lines, columns and offsets of the text as it is', () => {
    const { markAt } = byId(document, 'T003');
    expect(feature.slice((markAt?.start ?? 0) - 3, (markAt?.end ?? 0) + 1)).toBe('- [ ]');
    expect(markAt).toMatchObject({ line: 27, column: 4 });
  });

  it('A1: what is not read is reported with its line', () => {
    expect(codes(feature)).toEqual([
      'TG104:8',
      'TG305:32',
      'TG304:32',
      'TG103:35',
      'TG206:41',
      'TG104:45',
    ]);
  });
});

describe('diagnostics', () => {
  it.each([
    ['TG101:3', '- [ ] T001 a in `b.ts`\n\n```\n- [ ] T002 c in `d.ts`\n'],
    ['TG102:2', '- [ ] T001 a in `b.ts`\n<!--\n- [ ] T002 c in `d.ts`\n'],
    [
      'TG103:2',
      '- [ ] T001 a in `b.ts`\n<!-- x\n- [ ] T002 c -->\n'.replace(
        '- [ ] T001 a in `b.ts`\n<!-- x',
        '<!-- x',
      ),
    ],
    ['TG104:2', '- [ ] T001 a in `b.ts`\n- [P] means in parallel\n'],
    ['TG105:1', '- [%] T001 a in `b.ts`\n'],
    ['TG106:2', '- [ ] T001 a in `b.ts`\n- [ ]\n'],
    ['TG107:1', '````markdown\n- [ ] T001 a in `b.ts`\n```sh\nx\n```\n````\n'],
    ['TG108:1', `- [ ] T001 a in \`b.ts\` ${'x'.repeat(17_000)}\n`],
    ['TG109:1', '## Phase 1: x\n- [ ] T001 âœ… a in `b.ts`\n'.slice(14)],
    ['TG110:1', '# Tasks\n\nNothing yet.\n'],
    ['TG111:3', '## Phase 1: x\n- [ ] T001 a in `b.ts`\n- T002 c in `d.ts`\n'],
    ['TG112:1', '- [ ] T001 a\ufffd in `b.ts`\n'],
    ['TG201:2', '- [ ] T001 a in `b.ts`\n- [ ] T001 c in `d.ts`\n'],
    ['TG202:1', '- [ ] T001 a in `b.ts` (depends on T009)\n'],
    ['TG203:1', '- [ ] T001 a in `b.ts` (depends on the rest)\n'],
    ['TG204:1', '- [ ] T001 a in `b.ts` (depends on T001)\n'],
    [
      'TG205:1',
      '- [ ] T001 a in `b.ts` (depends on T002)\n- [ ] T002 c in `d.ts` (depends on T001)\n',
    ],
    ['TG206:4', '- [ ] T001 a in `b.ts`\n\n## Dependencies\nT001 comes first, mostly\n'],
    ['TG207:2', '- [ ] T002 a in `b.ts`\n- [ ] T001 c in `d.ts`\n'],
    ['TG208:2', '- [ ] T001 a in `b.ts`\n- [ ] T009 c in `d.ts` (depends on T001-T003)\n'],
    ['TG301:2', '- [ ] T001 [P] a in `b.ts`\n- [ ] T002 [P] c in `b.ts`\n'],
    ['TG302:2', '- [x] T001 a in `b.ts`\n  - [ ] T002 c in `d.ts`\n'],
    ['TG303:1', '- [ ] T001 [P] a\n'],
    ['TG304:2', '## Phase 1: User Story 2\n- [ ] T001 a in `b.ts`\n'],
    ['TG305:1', '- [ ] T001 a\n'],
    ['TG308:2', '- [ ] T001 a in `b.ts`\n- [x] T002 c in `d.ts` (depends on T001)\n'],
  ])('A1: %s', (expected, text) => {
    expect(codes(text)).toContain(expected);
    const found = readSpecKit(text, 'tasks.md').diagnostics;
    for (const { hint, message, at } of found) {
      expect(message).toMatch(/\.$/);
      expect(hint).toBeTruthy();
      expect(at.start).toBeLessThanOrEqual(at.end);
    }
  });

  it('A1: a mojibake title is read as it was meant', () => {
    const [task] = readSpecKit('- [ ] T001 Tick âœ… it', 't.md').tasks;
    expect(task?.title).toBe('Tick ✅ it');
  });
});

describe('forms of tasks', () => {
  const one = (text: string) => readSpecKit(text, 't.md').tasks[0];

  it.each([
    ['- [ ] T001 a', 'T001', 'a'],
    ['* [ ] **T001**: a', 'T001', 'a'],
    ['+ [ ] **T001 [P]** a', 'T001', 'a'],
    ['1. [ ] `T001` - a', 'T001', 'a'],
    ['- [ ] [T001] [P] a', 'T001', 'a'],
    ['- [ ] ~~T001~~ a', 'T001', 'a'],
    ['- [ ] T001a a', 'T001a', 'a'],
    ['- [ ] 1.2 a', '1.2', 'a'],
    ['- [ ] Task 2.1: a', '2.1', 'a'],
    ['- [ ] ABC-12 a', 'ABC-12', 'a'],
    ['- [ ] a <!-- id: 7 -->', '7', 'a'],
    ['- [ ] a', undefined, 'a'],
    ['### T001: a ✅', 'T001', 'a'],
    ['### Task 2.1: a', '2.1', 'a'],
  ])('A1: %s', (text, id, title) => {
    expect(one(text)).toMatchObject({ id, title });
  });

  it.each([
    ['- [ ] T001 a', 'todo'],
    ['- [] T001 a', 'todo'],
    ['- [x] T001 a', 'done'],
    ['- [X] T001 a', 'done'],
    ['- [✓] T001 a', 'done'],
    ['- [-] T001 a', 'in-progress'],
    ['- [!] T001 a', 'blocked'],
    ['- [P] T001 a', 'unknown'],
    ['### T001 a ✅', 'done'],
    ['### [x] T001 a', 'done'],
  ])('A1: the state of %s is %s', (text, status) => {
    expect(one(text)?.status).toBe(status);
  });

  it('A1: boxes below a heading task or below words for criteria are criteria', () => {
    const text = `### T001: a
**Acceptance Criteria**:
- [ ] it works
- [x] it is fast
## Phase 2: b
- [ ] T002 c
  - **Acceptance Criteria**:
    - [ ] it is small
- [ ] T003 d
## Success Criteria
- [ ] all of it
`;
    const { tasks, criteria, account } = readSpecKit(text, 't.md');
    expect(tasks.map(({ uid }) => uid)).toEqual(['T001', 'T002', 'T003']);
    expect(tasks[0]?.criteria.map(({ checked }) => checked)).toEqual([false, true]);
    expect(tasks[1]?.criteria.map(({ text: words }) => words)).toEqual(['it is small']);
    expect(account).toMatchObject({ boxes: 6, tasks: 2, acceptance: 4 });
    expect(criteria.length + (tasks[2]?.criteria.length ?? 0)).toBeLessThanOrEqual(1);
  });

  it('A1: "Dependencies: None" is heard', () => {
    const text = '- [ ] T001 a\n  - **Dependencies**: None\n';
    expect(one(text)).toMatchObject({ independent: true, needs: [] });
  });

  it('A1: "after" in a sentence or in a check is no dependency', () => {
    const text =
      '- [ ] T001 run after T002 is merged\n  - **Verify**: still green after T002 adds tests\n- [ ] T002 b\n';
    expect(one(text)?.needs).toEqual([]);
  });

  it('A1: tasks without ids keep one name as long as their words stay', () => {
    const uids = (text: string) => readSpecKit(text, 't.md').tasks.map(({ uid }) => uid);
    const [a, b] = uids('- [ ] write it\n- [ ] write it\n');
    expect(b).toBe(`${a}~2`);
    expect(uids('intro\n\n* [x] Write  it\n')).toEqual([a]);
  });
});
