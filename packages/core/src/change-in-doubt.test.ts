import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { inTime, type MortalDisk, mortalDisk } from './mortal-disk.fixture.ts';
import type { Overseer } from './overseer.ts';
import type { Run } from './run/run-handle.ts';
import type { EventType, OverseerEvent } from './spec/event.ts';
import type { OpenStore } from './spec/store.ts';
import type { ChangeAnswer, WorkspaceProvider } from './spec/workspace.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

const ACCEPTED = { kind: 'accepted', commit: 'c', files: ['a.txt'] } as const;
const TASKS = [
  { key: 't', instruction: 'x', phase: 'build' },
  { key: 'next', instruction: 'y', phase: 'build', needs: ['t'] },
];
const CANCEL_MS = 5_000;

function workspaces(
  own: Pick<WorkspaceProvider, 'accept'> & Partial<WorkspaceProvider>,
): WorkspaceProvider {
  return {
    spec: 'workspace/1',
    prepare: async () => undefined,
    open: async () => ({ path: '/nowhere', base: 'b', changed: async () => ['a.txt'] }),
    probe: async () => undefined,
    close: async () => undefined,
    ...own,
  };
}

function teamOf(own: WorkspaceProvider) {
  const model = fakeModel({ reply: () => ({ text: 'done' }) });
  return { overseer: 'a', models: { a: { model } }, workspaces: own } as const;
}

/** Runs until the process dies just before it could write the first event of a type; gives the run's id. */
async function leftBefore(
  type: EventType,
  disk: MortalDisk,
  own: WorkspaceProvider,
): Promise<string> {
  const died = Promise.withResolvers<void>();
  const store: OpenStore = async () => {
    const open = await disk.open();
    return {
      ...open,
      events: {
        ...open.events,
        append: async (epoch, events) => {
          const end = events.findIndex((event) => event.type === type);
          if (end !== 0) await open.events.append(epoch, end < 0 ? events : events.slice(0, end));
          if (end < 0) return;
          await disk.kill();
          died.resolve();
          await new Promise<never>(() => undefined);
        },
      },
    };
  };
  const overseer = await createOverseer({ ...teamOf(own), store });
  const { id } = overseer.run({ tasks: TASKS });
  await died.promise;
  return id;
}

async function endOf(disk: MortalDisk): Promise<OverseerEvent<'run.finished'>['data']> {
  for (const event of (await disk.events()).toReversed()) {
    if (event.type === 'run.finished') return event.data;
  }
  throw new Error('The run has no end.');
}

const cancelRun = (overseer: Overseer, run: string): Promise<void> => overseer.cancel({ run });
const cancelAll = (overseer: Overseer): Promise<void> => overseer.cancel({});

describe('a change in doubt, when its run is cancelled', () => {
  it.each([
    ['its run', 'task.done', cancelRun],
    ['its run', 'change.accepted', cancelRun],
    ['everything', 'change.accepted', cancelAll],
  ] as const)(
    'K6 G1: is told as done where it went in before (%s, no %s)',
    async (_, type, cancel) => {
      const commits = new Map<string, ChangeAnswer>();
      const own = workspaces({
        accept: async ({ trailers }) => {
          commits.set(trailers.attempt, ACCEPTED);
          return ACCEPTED;
        },
        probe: async (attempt) => commits.get(attempt),
      });
      const disk = mortalDisk();
      const id = await leftBefore(type, disk, own);
      await using second = await createOverseer({ ...teamOf(own), store: disk.open });
      const result = second.open(id).result;
      await cancel(second, id);
      const { status, reason, tasks } = await result;
      expect({ status, reason }).toEqual({ status: 'stopped', reason: 'cancelled' });
      expect(tasks.map((task) => task.status)).toEqual(['done', 'skipped']);
      expect((await disk.events()).find((event) => event.type === 'task.done')).toMatchObject({
        data: { commit: 'c', changed: ['a.txt'] },
      });
      expect(commits.size).toBe(1);
    },
  );

  it('K6 G1: is skipped where it did not go in', async () => {
    const own = workspaces({ accept: async () => ACCEPTED });
    const disk = mortalDisk();
    const id = await leftBefore('change.accepted', disk, own);
    await using second = await createOverseer({ ...teamOf(own), store: disk.open });
    const { result } = second.open(id);
    await second.cancel({ run: id });
    const { reason, tasks } = await result;
    expect(reason).toBe('cancelled');
    expect(tasks.map((task) => task.status)).toEqual(['skipped', 'skipped']);
  });

  it('K6 G1: is told as being in doubt where nobody can say in time', async () => {
    const disk = mortalDisk();
    const id = await leftBefore(
      'change.accepted',
      disk,
      workspaces({ accept: async () => ACCEPTED }),
    );
    const clock = createFakeClock();
    const own = workspaces({
      accept: async () => ACCEPTED,
      probe: () => new Promise<never>(() => undefined),
    });
    await using second = await createOverseer({ ...teamOf(own), store: disk.open, clock });
    const askedAt = clock.now();
    await inTime(clock, second.cancel({ run: id }));
    expect(clock.now() - askedAt).toBeLessThan(CANCEL_MS);
    const doubt = 'cancelled; nobody could say in time whether the change of t went in';
    expect(await endOf(disk)).toMatchObject({ status: 'stopped', because: doubt });
    const skipped = (await disk.events()).find((event) => event.type === 'task.skipped');
    expect(skipped).toMatchObject({ task: 't', data: { because: doubt } });
  });
});

describe('an order for several tasks', () => {
  it('K6: does nothing to any of them where one is in doubt', async () => {
    const own = workspaces({ accept: async () => ACCEPTED });
    const disk = mortalDisk();
    const id = await leftBefore('change.accepted', disk, own);
    const { models, ...team } = teamOf(own);
    await using second = await createOverseer({
      ...team,
      models: { ...models, b: models.a },
      store: disk.open,
    });
    const tasks = { run: id, phase: 'build' };
    await expect(second.reassign(tasks, 'b')).rejects.toMatchObject({ code: 'task.in-doubt' });
    await expect(second.cancel(tasks)).rejects.toMatchObject({ code: 'task.in-doubt' });
    const types = (await disk.events()).map(({ type }) => type);
    expect(types.at(-1)).toBe('lease.taken');
    expect(types).not.toContain('task.changed');
  });
});

describe('a change that is going in, when its run is cancelled', () => {
  async function accepting(own: (entered: () => void) => WorkspaceProvider) {
    const disk = mortalDisk();
    const clock = createFakeClock();
    const entered = Promise.withResolvers<void>();
    const overseer = await createOverseer({
      ...teamOf(own(entered.resolve)),
      store: disk.open,
      clock,
    });
    const run: Run = overseer.run({ tasks: TASKS });
    await inTime(clock, entered.promise);
    return { disk, clock, overseer, run };
  }

  it('K6 G1: goes in', async () => {
    const free = Promise.withResolvers<void>();
    const { overseer, run } = await accepting((entered) =>
      workspaces({
        accept: async ({ signal }) => {
          entered();
          await free.promise;
          signal.throwIfAborted();
          return ACCEPTED;
        },
      }),
    );
    const cancelled = run.cancel('enough');
    await setImmediate();
    free.resolve();
    await cancelled;
    const { status, tasks } = await run.result;
    expect(status).toBe('stopped');
    expect(tasks.map((task) => task.status)).toEqual(['done', 'skipped']);
    await overseer.close();
  });

  it('K6 G1: is broken off when it takes long, and looked for', async () => {
    let commit: ChangeAnswer | undefined;
    const { clock, overseer, run } = await accepting((entered) =>
      workspaces({
        accept: ({ signal }) =>
          new Promise((_, reject) => {
            entered();
            commit = ACCEPTED;
            signal.addEventListener('abort', () => reject(signal.reason));
          }),
        probe: async (_, signal) => {
          signal.throwIfAborted();
          return commit;
        },
      }),
    );
    const askedAt = clock.now();
    await inTime(clock, run.cancel('enough'));
    expect(clock.now() - askedAt).toBeLessThan(CANCEL_MS);
    const { tasks, reason } = await run.result;
    expect(reason).toBe('enough');
    expect(tasks.map((task) => task.status)).toEqual(['done', 'skipped']);
    await overseer.close();
  });

  it('K6 G1: is waited for no longer than a cancel may take, and nothing of it is recorded after the end', async () => {
    const late = Promise.withResolvers<ChangeAnswer>();
    const { disk, clock, overseer, run } = await accepting((entered) =>
      workspaces({
        accept: () => {
          entered();
          return late.promise;
        },
      }),
    );
    const askedAt = clock.now();
    await inTime(clock, run.cancel('enough'));
    expect(clock.now() - askedAt).toBeLessThan(CANCEL_MS);
    expect(await run.result).toMatchObject({
      status: 'stopped',
      reason: 'enough; nobody could say in time whether the change of t went in',
    });
    late.resolve(ACCEPTED);
    await overseer.close();
    expect((await disk.events()).at(-1)?.type).toBe('run.finished');
  });
});
