import type { TaskSource, TextEdit } from '@overseer/core/spec';
import { taskSourceConformance } from '@overseer/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSpecKit } from './read-spec-kit.ts';
import { setStatus } from './set-status.ts';
import type { TaskDocument } from './task-document.ts';

const lines = [
  '# Tasks: Clock',
  '',
  '## Phase 1: Setup',
  '',
  '- [ ] T001 Set up in `package.json`',
  '- [x] T002 [P] Lint in `lint.json`',
  '- [ ] T003 [P] Write `src/clock.ts` (depends on T001)',
  '  - **Verify**: `node --test test/clock.test.ts`',
  '\t- [ ] write it',
  '\t- [ ] write it',
  '* [] T004 Größe ändern 🎯',
];

const variants: Readonly<Record<string, string>> = {
  lf: `${lines.join('\n')}\n`,
  crlf: `${lines.join('\r\n')}\r\n`,
  'lone cr': `${lines.join('\r')}\r`,
  'no final newline': lines.join('\n'),
  'byte order mark': `\ufeff${lines.join('\r\n')}`,
};

function apply(text: string, { start, end, text: next }: TextEdit): string {
  return text.slice(0, start) + next + text.slice(end);
}

function open(text: string): TaskSource {
  const document = readSpecKit(text, 'tasks.md');
  return {
    spec: 'task-source/1',
    files: ['tasks.md'],
    setStatus: (_file, present, uid, status) => setStatus(document, present, uid, status),
  };
}

/** All that a document says but states, marks and places. */
function shape({ phases, tasks, account }: TaskDocument) {
  return {
    account,
    phases: phases.map(({ at: _, criteria, ...phase }) => ({
      ...phase,
      criteria: criteria.length,
    })),
    tasks: tasks.map(
      ({ at: _, markAt: __, mark: ___, needs, criteria, status: ____, ...task }) => ({
        ...task,
        needs: needs.map(({ on }) => on),
        criteria: criteria.map(({ text }) => text),
      }),
    ),
  };
}

describe.each(Object.entries(variants))('a document with %s', (_name, text) => {
  const todo = readSpecKit(text, 'tasks.md')
    .tasks.filter(({ status, uid }) => status === 'todo' && uid !== 'T004')
    .map(({ uid }) => uid);
  const statusOf = (present: string, uid: string) =>
    readSpecKit(present, 'tasks.md').tasks.find((task) => task.uid === uid)?.status;

  it.each(taskSourceConformance({ open, text, todo, statusOf }))('$name', ({ check }) => check());

  it('A1: it is the same graph as with plain line feeds', () => {
    expect(shape(readSpecKit(text, 't.md'))).toEqual(
      shape(readSpecKit(variants['lf'] ?? '', 't.md')),
    );
  });
});

describe('setStatus', () => {
  const text = variants['lf'] ?? '';
  const document = readSpecKit(text, 'tasks.md');
  const set = (present: string, uid: string) =>
    apply(present, setStatus(document, present, uid, 'done'));

  it('A1: it ticks with X only where the document does', () => {
    expect(set(text, 'T001')).toContain('- [x] T001');
    expect(set(text.replace('[x] T002', '[X] T002'), 'T001')).toContain('- [X] T001');
  });

  it('A1: an empty box is filled', () => {
    expect(set(text, 'T004')).toContain('* [x] T004');
  });

  it('A1: a task is found wherever its line has moved', () => {
    const moved = `new first line\n${text.replace('- [ ] T001 Set up in `package.json`\n', '')}- [ ] T001 Set up in \`package.json\`\n`;
    const after = set(moved, 'T001');
    expect(after.endsWith('- [x] T001 Set up in `package.json`\n')).toBe(true);
    expect(after).toHaveLength(moved.length);
  });

  it.each([
    ['its line has changed', text.replace('Set up', 'Tear down')],
    ['it is no longer there', text.replace('T001 Set up', 'T009 Set up')],
    ['it cannot be told from another line', `${text}\n- [ ] T001 Set up in \`package.json\`\n`],
  ])('A1: it refuses when %s', (because, present) => {
    expect(() => set(present, 'T001')).toThrow(because);
    expect(() => set(present, 'T001')).toThrow(expect.objectContaining({ code: 'source.stale' }));
  });

  it('A1: equal lines are told apart by their order as long as none came or went', () => {
    const twice = document.tasks.filter(({ title }) => title === 'write it');
    const [first, second] = twice.map(({ uid }) => uid);
    expect(set(text, second ?? '')).toContain('- [ ] write it\n\t- [x] write it');
    expect(() => set(text.replace('\t- [ ] write it\n', ''), first ?? '')).toThrow('cannot be set');
  });

  it('A1: a heading task without a box is refused', () => {
    const heading = readSpecKit('### T001: a\n', 't.md');
    expect(() => setStatus(heading, '### T001: a\n', 'T001', 'done')).toThrow('it has no box');
  });

  it('A1: over any line ends, a write changes one place and nothing else of the graph', () => {
    const end = fc.constantFrom('\n', '\r\n', '\r');
    const bytes = fc
      .tuple(fc.boolean(), fc.array(end, { minLength: lines.length, maxLength: lines.length }))
      .map(
        ([bom, ends]) => (bom ? '\ufeff' : '') + lines.map((line, i) => line + ends[i]).join(''),
      );
    fc.assert(
      fc.property(bytes, fc.nat(6), (present, index) => {
        const before = readSpecKit(present, 't.md');
        const task = before.tasks[index % before.tasks.length];
        if (task === undefined) return;
        const edit = setStatus(before, present, task.uid, 'done');
        const after = readSpecKit(apply(present, edit), 't.md');
        expect(edit.end - edit.start).toBeLessThanOrEqual(1);
        expect(shape(after)).toEqual(shape(before));
        const states = after.tasks.map(({ uid, status }) => [uid, status]);
        expect(states).toEqual(
          before.tasks.map(({ uid, status }) => [uid, uid === task.uid ? 'done' : status]),
        );
      }),
      { numRuns: 200 },
    );
  });
});
