import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { specKit, specKitSource } from './spec-kit.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'overseer spec-kit ü '));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const full = join(root, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, content);
  }
}

const tasks =
  '# Tasks: Lamps\n\n- [ ] T001 Write src/lamp.ts\n- [ ] T002 Test in test/lamp.test.ts\n';

describe('specKit', () => {
  it('A1: a repository, a feature folder and a file lead to one graph', async () => {
    await write({ 'specs/003-lamps/tasks.md': tasks, '.git/HEAD': '' });
    for (const path of ['.', 'specs/003-lamps', 'specs/003-lamps/tasks.md']) {
      const graph = await specKit(join(root, path));
      expect(graph.title).toBe('Lamps');
      expect(graph.tasks.map(({ key, needs }) => [key, needs])).toEqual([
        ['T001', []],
        ['T002', ['T001']],
      ]);
      expect(graph.source?.files).toEqual(['specs/003-lamps/tasks.md']);
    }
  });

  it('A1: the newest feature is taken, and the one that the project calls active before it', async () => {
    await write({
      'specs/009-old/tasks.md': '# Tasks: Old\n- [ ] T001 a\n',
      'specs/010-new/tasks.md': '# Tasks: New\n- [ ] T001 a\n',
      'specs/011-empty/spec.md': '# Empty\n',
      'specs/notes/tasks.md': '# Tasks: Notes\n- [ ] T001 a\n',
    });
    expect((await specKit(root)).title).toBe('New');
    await write({
      '.specify/specs/20260301-101500-later/tasks.md': '# Tasks: Later\n- [ ] T001 a\n',
    });
    expect((await specKit(root)).title).toBe('Later');
    await write({ '.specify/feature.json': '{"feature_directory":"specs/009-old"}' });
    expect((await specKit(root)).title).toBe('Old');
  });

  it('A1: spec and plan give the context, within its cap', async () => {
    await write({
      'specs/001-a/tasks.md': tasks,
      'specs/001-a/spec.md': `# Feature Specification: Lamps\r\n\r\n## Requirements *(mandatory)*\r\n\r\n- **FR-001**: A lamp MUST shine\r\n<!-- a note -->\r\n${'- **FR-002**: and so on\r\n'.repeat(500)}`,
      'specs/001-a/plan.md':
        '# Implementation Plan: Lamps\n\n## Summary\n\nLamps for all.\n\n## Technical Context\n\n**Language**: TypeScript\n<!-- hidden -->\n\n---\n\n## Project Structure\n\nnot this\n',
    });
    const { context = '' } = await specKit(root);
    expect(
      context.startsWith('# Lamps\n\n## Summary\nLamps for all.\n\n## Technical context\n'),
    ).toBe(true);
    expect(context).toContain('**Language**: TypeScript');
    expect(context).toContain('- **FR-001**: A lamp MUST shine');
    expect(context).not.toMatch(/hidden|a note|not this/);
    expect(context.length).toBeLessThanOrEqual(6_000);
  });

  it('A1: the source sets a box in the file that it was read from', async () => {
    await write({ 'specs/001-a/tasks.md': `\ufeff${tasks}` });
    const { source } = await specKit(root);
    const [file = ''] = source?.files ?? [];
    const edit = source?.setStatus(file, `\ufeff${tasks}`, 'T002', 'done');
    expect(edit).toEqual({
      file,
      start: tasks.indexOf('] T002'),
      end: tasks.indexOf('] T002') + 1,
      text: 'x',
    });
    expect(() => source?.setStatus('other.md', tasks, 'T002', 'done')).toThrow(
      'nothing is set there',
    );
  });

  it('A1 R2: the source alone can be had when every box is ticked, or the open ones go in a circle', async () => {
    const done = tasks.replaceAll('[ ]', '[x]');
    await write({ 'specs/001-a/tasks.md': done });
    const source = await specKitSource(root);
    expect(source.files).toEqual(['specs/001-a/tasks.md']);
    const edit = source.setStatus('specs/001-a/tasks.md', done, 'T001', 'todo');
    expect(edit).toMatchObject({ start: done.indexOf('x] T001'), text: ' ' });
    await write({ 'tasks.md': '- [ ] T1 depends on T2\n- [ ] T2 depends on T1\n' });
    expect((await specKitSource(join(root, 'tasks.md'))).files).toEqual(['tasks.md']);
    await expect(specKitSource(join(root, 'nowhere'))).rejects.toMatchObject({
      code: 'source.missing',
    });
  });

  it('A1: requirements that no task names are told, where others are named', async () => {
    await write({
      'specs/001-a/tasks.md': '- [ ] T001 Write src/a.ts for FR-001\n',
      'specs/001-a/spec.md': '# A\n- **FR-001**: one\n- **FR-002**: two\n',
    });
    const { diagnostics = [] } = await specKit(root);
    expect(diagnostics.map(({ code, at }) => `${code} ${at.file}:${at.line}`)).toEqual([
      'TG306 specs/001-a/spec.md:3',
    ]);
  });

  it('A1: what is left out is said', async () => {
    await write({ 'tasks.md': '- [ ] T001 a\n- [~] T002 b\n' });
    const { diagnostics = [], tasks: open } = await specKit(join(root, 'tasks.md'));
    expect(open.map(({ key }) => key)).toEqual(['T001']);
    expect(
      diagnostics.filter(({ code }) => code === 'TG309').map(({ message }) => message),
    ).toEqual(['T002 is left out: it is marked as deferred.']);
  });

  it.each<readonly [string, Readonly<Record<string, string | Uint8Array>>, string]>([
    ['source.missing', {}, 'nowhere'],
    ['source.no-specs', { 'README.md': '' }, '.'],
    ['source.no-tasks-file', { 'specs/001-a/spec.md': '' }, '.'],
    ['source.no-tasks', { 'specs/001-a/tasks.md': '# Tasks\n' }, '.'],
    [
      'source.cycle',
      { 'tasks.md': '- [ ] T1 depends on T2\n- [ ] T2 depends on T1\n' },
      'tasks.md',
    ],
    ['source.encoding', { 'tasks.md': new Uint8Array([0xff, 0xfe, 0x2d, 0]) }, 'tasks.md'],
    ['source.too-large', { 'tasks.md': '- [ ] a\n'.repeat(20_001) }, 'tasks.md'],
  ])('A1: %s is one clear sentence', async (code, files, path) => {
    await write(files);
    const error: unknown = await specKit(join(root, path)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ConfigError', code });
    expect(error).toHaveProperty('message', expect.stringMatching(/\.( \(TG\d+\))?$/));
  });

  it('A1: reading stops when it is told to', async () => {
    await write({ 'tasks.md': tasks });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(specKit(join(root, 'tasks.md'), { signal })).rejects.toThrow('enough');
  });
});
