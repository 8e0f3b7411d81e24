import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { mortalDisk } from './mortal-disk.fixture.ts';
import type { OpenStore } from './spec/store.ts';
import type { ChangeAnswer, WorkspaceProvider } from './spec/workspace.ts';
import { fakeModel } from './testing/fake-model.ts';

it('G1 K6: a task whose change went in before its process died is given to nobody else', async () => {
  const commits = new Map<string, ChangeAnswer & { readonly kind: 'accepted' }>();
  const workspaces: WorkspaceProvider = {
    spec: 'workspace/1',
    prepare: async () => undefined,
    open: async () => ({ path: '/nowhere', base: 'b', changed: async () => ['a.txt'] }),
    accept: async ({ trailers }) => {
      const change = { kind: 'accepted', commit: `c${commits.size}`, files: ['a.txt'] } as const;
      commits.set(trailers.attempt, change);
      return change;
    },
    probe: async (attempt) => commits.get(attempt),
    close: async () => undefined,
  };
  const disk = mortalDisk();
  const died = Promise.withResolvers<void>();
  const dying: OpenStore = async () => {
    const store = await disk.open();
    return {
      ...store,
      events: {
        ...store.events,
        append: async (epoch, events) => {
          const end = events.findIndex(({ type }) => type === 'task.done');
          if (end !== 0) await store.events.append(epoch, end < 0 ? events : events.slice(0, end));
          if (end < 0) return;
          await disk.kill();
          died.resolve();
          await new Promise<never>(() => undefined);
        },
      },
    };
  };
  const team = {
    overseer: 'a',
    models: {
      a: { model: fakeModel({ reply: () => ({ text: 'done' }) }) },
      b: { model: fakeModel({ reply: () => ({ text: 'done too' }) }) },
    },
    workspaces,
  } as const;
  const first = await createOverseer({ ...team, store: dying });
  const { id } = first.run({ tasks: [{ key: 't', instruction: 'x' }] });
  await died.promise;
  expect((await disk.events()).at(-1)?.type).toBe('change.accepted');
  await using second = await createOverseer({ ...team, store: disk.open });
  const scope = { run: id, task: 't' };
  await expect(second.reassign(scope, 'a')).rejects.toMatchObject({ code: 'task.in-doubt' });
  await expect(second.cancel(scope)).rejects.toMatchObject({ code: 'task.in-doubt' });
  const run = second.open(id);
  run.resume();
  expect(await run.result).toMatchObject({ status: 'completed' });
  expect(commits.size).toBe(1);
});

it('K6: a cancelled run does not wait for its turn to change the project', async () => {
  const entered = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  const accepted: string[] = [];
  const workspaces: WorkspaceProvider = {
    spec: 'workspace/1',
    prepare: async () => undefined,
    open: async () => ({ path: '/nowhere', base: 'b', changed: async () => ['a.txt'] }),
    accept: async ({ trailers }) => {
      entered.resolve();
      await free.promise;
      accepted.push(trailers.run);
      return { kind: 'accepted', commit: 'c', files: ['a.txt'] };
    },
    probe: async () => undefined,
    close: async () => undefined,
  };
  const model = fakeModel({ reply: () => ({ text: 'done' }) });
  await using overseer = await createOverseer({
    overseer: 'a',
    models: { a: { model } },
    workspaces,
    store: mortalDisk().open,
  });
  const first = overseer.run({ tasks: [{ key: 't', instruction: 'x' }] });
  await entered.promise;
  const second = overseer.run({ tasks: [{ key: 't', instruction: 'y' }] });
  for await (const { type } of second) if (type === 'call.finished') break;
  await setImmediate();
  await second.cancel('enough');
  expect(await second.result).toMatchObject({ status: 'stopped' });
  free.resolve();
  expect(await first.result).toMatchObject({ status: 'completed' });
  expect(accepted).toEqual([first.id]);
});
