import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gitWorkspaces } from '@overseer/adapters/git';
import { createOverseer, type Overseer } from '@overseer/core';
import type { WorkspaceProvider } from '@overseer/core/spec';
import { fakeModel } from '@overseer/core/testing';
import { sqlite } from '@overseer/storage/sqlite';

/** Opens the project that lies in a folder, whose tasks each write a file of their key. */
export async function openProject(
  folder: string,
  wrap: (provider: WorkspaceProvider) => WorkspaceProvider = (provider) => provider,
): Promise<Overseer> {
  return await createOverseer({
    overseer: 'a',
    models: { a: { model: fakeModel({ reply: () => ({ text: 'written' }) }) } },
    validators: {
      // Stands for the tools of a model, so that a check finds what it looks for.
      written: {
        spec: 'validator/1',
        tier: 'automated',
        validate: async (_, { workspace = '', task }) => {
          await writeFile(join(workspace, `${task.key}.txt`), task.key);
          return { kind: 'pass' };
        },
      },
      counted: {
        spec: 'validator/1',
        tier: 'automated',
        validate: async (_, { workspace = '', value }) => {
          const files = (await readdir(workspace)).filter((name) => name.endsWith('.txt'));
          if (files.length === value) return { kind: 'pass', evidence: files.join(' ') };
          return { kind: 'fail', findings: [{ message: `there is ${files.join(' ')}` }] };
        },
      },
    },
    workspaces: wrap(gitWorkspaces({ repository: join(folder, 'repository') })),
    store: sqlite(join(folder, 'journal.db')),
    project: {
      id: 'shop',
      phases: [
        { name: 'Plan' },
        {
          name: 'Build',
          deliverables: [{ name: 'one', file: 'one.txt' }],
          leave: [{ kind: 'tasks-verified' }, { kind: 'deliverables' }],
        },
        { name: 'Ship', enter: [{ kind: 'counted', value: 1 }] },
      ],
    },
  });
}

/** Does a task that writes a file of its name. */
export async function writeFileOf(overseer: Overseer, key: string): Promise<string> {
  const run = overseer.run({
    tasks: [{ key, instruction: 'Write.', checks: [{ kind: 'written' }] }],
  });
  await run.result;
  return run.id;
}

/** As a program it takes the project back, and stands still before or after the files have followed: a test kills it there. */
if (process.argv[2] === 'roll-back') {
  const [, , , folder = '', when = ''] = process.argv;
  const stop = async (): Promise<never> => {
    process.stdout.write('here\n');
    return await new Promise<never>(() => setInterval(() => undefined, 1_000));
  };
  const overseer = await openProject(folder, (provider) => ({
    ...provider,
    restore: async (request) => {
      if (when === 'before') return await stop();
      await provider.restore?.(request);
      return await stop();
    },
  }));
  await overseer.project.rollback({ phase: 'Build' }, { because: 'wrong way', by: 'mia' });
}
