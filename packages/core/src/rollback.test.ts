import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import type { Overseer } from './overseer.ts';
import type { ProjectState } from './project/project-state.ts';
import { fakeRepository, storeOf } from './rollback.fixture.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { OpenStore } from './spec/store.ts';
import type { WorkspaceProvider } from './spec/workspace.ts';
import { fakeModel } from './testing/fake-model.ts';

const phases = [{ name: 'A', checklist: ['item'] }, { name: 'B' }, { name: 'C' }];

const quick = () => fakeModel({ reply: () => ({ text: 'fine' }) });
const slow = () => fakeModel({ reply: () => ({ text: 'late', delayMs: 60_000 }) });

function team(store: OpenStore, workspaces?: WorkspaceProvider, model = quick()) {
  const models = { a: { model }, slow: { model: slow(), goodAt: ['slow'] } };
  const more = workspaces === undefined ? {} : { workspaces };
  return { overseer: 'a', models, project: { phases }, store, graceMs: 0, ...more } as const;
}

/** Work in A and in B, a run that still goes on, and the item ticked in B. */
async function work(overseer: Overseer): Promise<string> {
  const { project } = overseer;
  await overseer.run({ tasks: [{ key: 'one', instruction: 'x' }] }).result;
  await project.enter('B');
  await overseer.run({ tasks: [{ key: 'two', instruction: 'x' }] }).result;
  await project.tick('item');
  await project.checkpoint('two is done');
  const run = overseer.run({
    tasks: [
      { key: 'three', instruction: 'x' },
      { key: 'four', instruction: 'x', kind: 'slow', model: 'slow', needs: ['three'] },
    ],
  });
  for await (const event of run) {
    if (event.type === 'call.started' && event.task === 'four') return run.id;
  }
  throw new Error('the run ended');
}

describe('taking a project back', () => {
  it.each(['close', 'hand over'] as const)(
    'R3 R8: %s waits until the files have followed, so that nobody meets them half way',
    async (how) => {
      const repository = fakeRepository();
      const gate = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      let isRestored = false;
      const provider: WorkspaceProvider = {
        ...repository.provider,
        restore: async (request) => {
          begun.resolve();
          await gate.promise;
          isRestored = true;
          return (await repository.provider.restore?.(request)) as never;
        },
      };
      const overseer = await createOverseer(team(memory(), provider));
      await overseer.run({ tasks: [{ key: 'one', instruction: 'x' }] }).result;
      await overseer.project.enter('B');
      const rolled = overseer.project.rollback({ phase: 'A' }).catch(() => undefined);
      await begun.promise;
      const ending = how === 'close' ? overseer.close() : overseer.handOver({ because: 'a test' });
      const early = await Promise.race([ending.then(() => 'over'), gate20()]);
      expect([early, isRestored]).toEqual(['waits', false]);
      gate.resolve();
      await ending;
      expect(isRestored).toBe(true);
      await rolled;
      await overseer.close();
    },
  );

  it('R3: to a phase: runs since are stopped, what was verified since counts no more, nothing is erased', async () => {
    await using overseer = await createOverseer(team(memory()));
    const { project } = overseer;
    const run = await work(overseer);
    const before = await project.state();
    const rewound = await project.rollback({ phase: 'B' }, { by: 'mia', because: 'wrong way' });
    expect(rewound).toMatchObject({ checkpoint: 'B/1', phase: 'B' });
    expect(overseer.unfinished()).toEqual([]);
    expect(await overseer.open(run).result).toMatchObject({
      status: 'stopped',
      reason: 'wrong way',
    });
    const state = await project.state();
    expect(state.phase).toBe('B');
    expect(state.phases.map(({ tasks }) => tasks)).toMatchObject([
      { verified: 1 },
      { verified: 0, open: 0, skipped: 0 },
      { verified: 0 },
    ]);
    expect(state.checklist).toMatchObject([{ item: 'item', isTicked: false }]);
    expect(state.runs.map(({ counts }) => counts)).toEqual(['all', 'none', 'none']);
    expect(state.checkpoints.map(({ name, isUndone }) => [name, isUndone])).toEqual([
      ['A/1', false],
      ['B/1', false],
      ['two is done', true],
    ]);
    expect(state.spent.calls).toBeGreaterThanOrEqual(before.spent.calls);
    expect(await project.at(before.seq)).toEqual(before);
  });

  it('R3: to a checkpoint, and forward again to one that was undone', async () => {
    await using overseer = await createOverseer(team(memory()));
    const { project } = overseer;
    await work(overseer);
    await project.rollback({ phase: 'A' });
    expect(await project.state()).toMatchObject({ phase: 'A', lastGood: 'A/1' });
    await project.rollback({ checkpoint: 'two is done' });
    const state = await project.state();
    expect(state).toMatchObject({ phase: 'B', lastGood: 'two is done' });
    expect(state.checklist).toMatchObject([{ isTicked: true }]);
    expect(state.runs.map(({ counts }) => counts)).toEqual(['all', 'all', 'none']);
  });

  it('R3: a run that was at rest since before goes on', async () => {
    await using overseer = await createOverseer(team(memory()));
    const { project } = overseer;
    await overseer.pause();
    const run = overseer.run({ tasks: [{ key: 'rests', instruction: 'x' }] });
    run.pause();
    await project.checkpoint('here');
    await overseer.resume();
    await overseer.run({ tasks: [{ instruction: 'x' }] }).result;
    await project.rollback({ checkpoint: 'here' });
    expect(overseer.unfinished()).toMatchObject([{ id: run.id }]);
    expect((await project.state()).phases[0]?.tasks).toMatchObject({ open: 1, verified: 0 });
    run.resume();
    expect((await run.result).status).toBe('completed');
    expect((await project.state()).phases[0]?.tasks).toMatchObject({ open: 0, verified: 1 });
  });

  it('R3: the files follow by a new commit', async () => {
    const repository = fakeRepository();
    await using overseer = await createOverseer(team(memory(), repository.provider));
    const { project } = overseer;
    await work(overseer);
    expect(repository.commits.at(-1)?.files).toEqual(['one.txt', 'two.txt', 'three.txt']);
    const rewound = await project.rollback({ phase: 'B' });
    expect(rewound).toMatchObject({ commit: 'c1', restored: 'c4', files: ['one.txt'] });
    expect(repository.commits).toHaveLength(5);
    await project.rollback({ checkpoint: 'two is done' });
    expect(repository.commits.at(-1)?.files).toEqual(['one.txt', 'two.txt']);
  });

  it('R3: a checkpoint names the commit of a change that is going in, or comes before it: never half of it', async () => {
    const repository = fakeRepository();
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const provider: WorkspaceProvider = {
      ...repository.provider,
      accept: async (request) => {
        const change = await repository.provider.accept(request);
        begun.resolve();
        await gate.promise;
        return change;
      },
    };
    await using overseer = await createOverseer(team(memory(), provider));
    const run = overseer.run({ tasks: [{ key: 'one', instruction: 'x' }] });
    await begun.promise;
    const made = overseer.project.checkpoint('now');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await overseer.project.state()).checkpoints).toHaveLength(1);
    gate.resolve();
    await made;
    await run.result;
    const { checkpoints } = await overseer.project.state();
    expect(checkpoints.at(-1)).toMatchObject({ name: 'now', commit: 'c1' });
    const then = await overseer.project.at(checkpoints.at(-1)?.seq ?? 0);
    expect(then.phases[0]?.tasks).toMatchObject({ verified: 1 });
  });

  it('R3: uncommitted work stops it before anything happens; what else stands against the files is on record', async () => {
    const repository = fakeRepository();
    await using overseer = await createOverseer(team(memory(), repository.provider));
    const { project } = overseer;
    const run = await work(overseer);
    const { seq } = await project.state();
    repository.isDirty = true;
    await expect(project.rollback({ phase: 'B' })).rejects.toMatchObject({
      code: 'workspace.dirty',
    });
    expect(overseer.unfinished()).toMatchObject([{ id: run }]);
    expect((await project.state()).seq).toBe(seq);
    repository.isDirty = false;
    repository.refusal = 'in the way';
    const rolled = project.rollback({ phase: 'B' });
    await expect(rolled).rejects.toMatchObject({
      code: 'rewind.blocked',
      message: expect.stringContaining('in the way (a.txt)'),
    });
    const state = await project.state();
    expect(state.rewinding).toBeUndefined();
    expect(state.phases[1]?.tasks.verified).toBe(2);
    repository.refusal = undefined;
    expect(await project.rollback({ phase: 'B' })).toMatchObject({ restored: 'c4' });
  });

  it('R3: what is not there is refused, with what there is', async () => {
    await using overseer = await createOverseer(team(memory()));
    const { project } = overseer;
    await expect(project.rollback({ phase: 'D' })).rejects.toMatchObject({ code: 'phase.unknown' });
    await expect(project.rollback({ phase: 'C' })).rejects.toMatchObject({
      code: 'checkpoint.unknown',
    });
    const nowhere = project.rollback({ checkpoint: 'A/2' });
    await expect(nowhere).rejects.toThrow('did you mean "A/1"');
  });

  it('R3: a run that is begun while it goes on is stopped too', async () => {
    const repository = fakeRepository();
    let begin: (() => void) | undefined;
    const { restore } = repository.provider;
    const provider: WorkspaceProvider = {
      ...repository.provider,
      restore: async (request) => {
        begin?.();
        return (await restore?.(request)) ?? { kind: 'refused', because: '', findings: [] };
      },
    };
    await using overseer = await createOverseer(team(memory(), provider));
    await work(overseer);
    begin = () => void overseer.run({ tasks: [{ instruction: 'x', kind: 'slow', model: 'slow' }] });
    await overseer.project.rollback({ phase: 'B' });
    expect(overseer.unfinished()).toEqual([]);
    expect((await overseer.project.state()).runs.at(-1)).toMatchObject({ counts: 'none' });
  });

  it('R3 R1: goes on from every event of its journal, with one commit', async () => {
    const repository = fakeRepository();
    const open = memory();
    const overseer = await createOverseer(team(open, repository.provider));
    await work(overseer);
    const commits = [...repository.commits];
    await overseer.project.rollback({ phase: 'B' });
    const whole = comparable(await overseer.project.state());
    await overseer.close();
    const events = await read(open);
    const from = events.findIndex(({ type }) => type === 'rewind.started');
    const to = events.findIndex(({ type }) => type === 'project.rewound');
    expect(to - from).toBeGreaterThan(3);
    for (let cut = from + 1; cut <= to + 1; cut++) {
      // Its process may have died before or after the commit.
      for (const known of [commits, repository.commits]) {
        if (known === commits && cut > to) continue;
        const disk = fakeRepository(known);
        const store = await storeOf(events.slice(0, cut));
        await using again = await createOverseer(team(store, disk.provider));
        const state = await again.project.state();
        expect(state.rewinding).toBeUndefined();
        expect(comparable(state)).toEqual(whole);
        expect(disk.commits.map(({ files }) => files)).toEqual(
          repository.commits.map(({ files }) => files),
        );
        expect(again.unfinished()).toEqual([]);
      }
    }
  });

  it('R3 R2: after a restart it stands as it stood', async () => {
    const store = memory();
    const first = await createOverseer(team(store));
    await work(first);
    await first.project.rollback({ phase: 'B' });
    const before = comparable(await first.project.state());
    await first.close();
    await using second = await createOverseer(team(store));
    expect(comparable(await second.project.state())).toEqual(before);
    expect(await second.project.enter('C')).toMatchObject({ kind: 'entered' });
  });

  it('R3: a rewind that cannot be ended after a death is given up, and the project opens', async () => {
    const repository = fakeRepository();
    const open = memory();
    const overseer = await createOverseer(team(open, repository.provider));
    await work(overseer);
    const commits = [...repository.commits];
    await overseer.project.rollback({ phase: 'B' });
    await overseer.close();
    const events = await read(open);
    const from = events.findIndex(({ type }) => type === 'rewind.started');
    const disk = fakeRepository(commits);
    disk.refusal = 'in the way';
    const store = await storeOf(events.slice(0, from + 1));
    await using again = await createOverseer(team(store, disk.provider));
    const state = await again.project.state();
    expect(state.rewinding).toBeUndefined();
    expect(state).toMatchObject({ phase: 'B' });
    expect(state.phases[1]?.tasks.verified).toBe(2);
  });
});

/** What does not depend on how often the process began. */
function comparable({ phase, phases, checklist, checkpoints, runs }: ProjectState): unknown {
  const timeless = phases.map(({ enteredAt: _, leftAt: __, ...rest }) => rest);
  const short = runs.map(({ run, counts, status }) => ({ run, counts, status }));
  return { phase, phases: timeless, checklist, checkpoints, runs: short };
}

async function read(open: OpenStore): Promise<readonly OverseerEvent[]> {
  const store = await open();
  const events = await store.events.read({ stream: 'project/default', after: 0, limit: 10_000 });
  await store.close();
  return events;
}

/** Long enough for whoever does not wait to be over. */
async function gate20(): Promise<'waits'> {
  await new Promise((resolve) => setTimeout(resolve, 200));
  return 'waits';
}
