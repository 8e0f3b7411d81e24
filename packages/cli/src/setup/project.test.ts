import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProject, pathInRepository, requireRepository } from './project.ts';

let root: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'overseer project ü ')));
  await mkdir(join(root, 'repo', '.git'), { recursive: true });
  await mkdir(join(root, 'repo', 'src'));
  await writeFile(join(root, 'repo', 'src', 'tasks.md'), '');
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('findProject', () => {
  it('G1 A6: is the repository around the folder, with its state inside it', () => {
    const folder = join(root, 'repo', 'src');
    expect(findProject({ folder })).toEqual({
      folder,
      repository: join(root, 'repo'),
      journal: join(root, 'repo', '.overseer', 'journal.db'),
    });
  });

  it('A6: what is said goes before what is found, and begins at the folder', () => {
    const project = findProject({ folder: root, repository: 'repo', journal: 'j.db' });
    expect(project).toEqual({
      folder: root,
      repository: join(root, 'repo'),
      journal: join(root, 'j.db'),
    });
  });

  it('A6: without a repository the state is kept in the folder, and nothing is made yet', async () => {
    const project = findProject({ folder: root });
    expect(project).toMatchObject({
      repository: undefined,
      journal: join(root, '.overseer', 'journal.db'),
    });
    expect(await readdir(root)).toEqual(['repo']);
    expect(() => requireRepository(project)).toThrow(
      expect.objectContaining({ code: 'config.no-repository' }),
    );
  });

  it('X5: a folder that is not there is an error', () => {
    expect(() => findProject({ folder: root, repository: 'nowhere' })).toThrow(
      expect.objectContaining({
        code: 'config.no-repository',
        message: expect.stringContaining('nowhere'),
      }),
    );
  });
});

describe('pathInRepository', () => {
  it('A1: begins where the person stands, else at the repository', () => {
    const tasks = join(root, 'repo', 'src', 'tasks.md');
    const inside = findProject({ folder: join(root, 'repo', 'src') });
    expect(pathInRepository(inside, 'tasks.md')).toBe(tasks);
    expect(pathInRepository(inside, 'src/tasks.md')).toBe(tasks);
    const outside = findProject({ folder: root, repository: 'repo' });
    expect(pathInRepository(outside, 'repo/src/tasks.md')).toBe(tasks);
    expect(pathInRepository(outside, 'src/tasks.md')).toBe(tasks);
    expect(pathInRepository(outside, '.')).toBe(join(root, 'repo'));
  });

  it('X5: does not leave the repository', () => {
    const project = findProject({ folder: join(root, 'repo') });
    for (const path of ['..', '../other/tasks.md', root]) {
      expect(() => pathInRepository(project, path)).toThrow(
        expect.objectContaining({ code: 'config.no-repository' }),
      );
    }
  });
});
