import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import type { ProjectOptions } from './project/project-options.ts';
import { fakeModel } from './testing/fake-model.ts';

const quick = () => fakeModel({ reply: () => ({ text: 'fine' }) });

const shop: ProjectOptions = {
  id: 'shop',
  title: 'A shop',
  metadata: { customer: 'mia' },
  checklist: ['licence chosen'],
  phases: [
    { name: 'Plan', checklist: ['scope agreed'], leave: [{ kind: 'checklist-ticked' }] },
    {
      name: 'Build',
      deliverables: [{ name: 'the text', task: 'write' }],
      leave: [{ kind: 'tasks-verified' }, { kind: 'deliverables' }],
    },
    { name: 'Ship', enter: [{ kind: 'phase-done', value: 'Build' }] },
  ],
};

const team = (project: string | ProjectOptions = shop) =>
  ({ overseer: 'a', models: { a: { model: quick() } }, project, store: memory() }) as const;

describe('the phases of a project', () => {
  it('R3: begin with the first, and with a checkpoint at its boundary', async () => {
    await using overseer = await createOverseer(team());
    const state = await overseer.project.state();
    expect(state).toMatchObject({
      id: 'shop',
      title: 'A shop',
      metadata: { customer: 'mia' },
      phase: 'Plan',
      definitions: 1,
      lastGood: 'Plan/1',
      checkpoints: [{ name: 'Plan/1', isAutomatic: true, phase: 'Plan', isUndone: false }],
    });
    expect(state.phases.map(({ status }) => status)).toEqual(['current', 'ahead', 'ahead']);
    expect(state.checklist).toEqual([
      { item: 'licence chosen', isTicked: false },
      { item: 'scope agreed', phase: 'Plan', isTicked: false },
    ]);
  });

  it('R3: a step is refused with findings as long as a criterion stands against it, and recorded', async () => {
    await using overseer = await createOverseer(team());
    const { project } = overseer;
    const refused = await project.enter('Build', { by: 'mia' });
    expect(refused).toMatchObject({
      kind: 'refused',
      findings: [
        { message: 'not ticked: licence chosen' },
        { message: 'not ticked: scope agreed' },
      ],
    });
    expect((await project.state()).phase).toBe('Plan');
    await project.tick('licence chosen', { by: 'mia' });
    await project.tick('scope agreed');
    await project.untick('scope agreed');
    expect((await project.enter('Build')).kind).toBe('refused');
    await project.tick('scope agreed');
    const entered = await project.enter('Build', { by: 'mia', because: 'all agreed' });
    expect(entered).toMatchObject({ kind: 'entered', checkpoint: 'Build/1' });
    const state = await project.state();
    expect(state.phases.map(({ status }) => status)).toEqual(['done', 'current', 'ahead']);
    expect(state.checklist[0]).toMatchObject({ isTicked: true, by: 'person:mia' });
    const told: string[] = [];
    for await (const { by, what } of project.history()) told.push(`${by}: ${what}`);
    expect(told).toContain('person:mia: did not enter Build: a criterion stood against it');
    expect(told).toContain('person:mia: entered Build: all agreed');
  });

  it('R3: tasks belong to the phase that they name, or to the one that the project is in', async () => {
    await using overseer = await createOverseer(team());
    const { project } = overseer;
    for (const item of ['licence chosen', 'scope agreed']) await project.tick(item);
    await project.enter('Build');
    expect(await project.enter('Ship')).toMatchObject({
      findings: [
        { message: 'no task of Build was done' },
        { message: 'not delivered: the text (task write)' },
      ],
    });
    const tasks = [
      { key: 'write', instruction: 'x' },
      { key: 'later', instruction: 'x', phase: 'Ship' },
      { key: 'odd', instruction: 'x', phase: 'no phase of the project' },
    ];
    await overseer.run({ tasks }).result;
    const { phases } = await project.state();
    expect(phases.map((phase) => phase.tasks.verified)).toEqual([0, 2, 1]);
    expect(phases[1]?.deliverables[0]).toMatchObject({ delivered: { task: 'write' } });
  });

  it('R3: a phase is done with the step that leaves it for a later one', async () => {
    await using overseer = await createOverseer(
      team({ phases: [{ name: 'A' }, { name: 'B', enter: [{ kind: 'phase-done', value: 'A' }] }] }),
    );
    expect((await overseer.project.enter('B')).kind).toBe('entered');
  });

  it('R3: only a phase that may follow is entered; on the way back nothing need be done', async () => {
    await using overseer = await createOverseer(
      team({
        phases: [{ name: 'A' }, { name: 'B', leave: [{ kind: 'tasks-verified' }] }, { name: 'C' }],
      }),
    );
    const { project } = overseer;
    await expect(project.enter('C')).rejects.toMatchObject({ code: 'phase.transition' });
    await expect(project.enter('A')).rejects.toMatchObject({ code: 'phase.transition' });
    await expect(project.enter('D')).rejects.toMatchObject({ code: 'phase.unknown' });
    await project.enter('B');
    expect((await project.enter('C')).kind).toBe('refused');
    expect((await project.enter('A')).kind).toBe('entered');
    const { phases, checkpoints } = await project.state();
    expect(phases.map(({ status }) => status)).toEqual(['current', 'left', 'ahead']);
    expect(checkpoints.map(({ name }) => name)).toEqual(['A/1', 'B/1', 'A/2']);
  });

  it('R3: hold over restarts, and a new definition is a new version', async () => {
    const options = team();
    const first = await createOverseer(options);
    await first.project.tick('licence chosen');
    await first.project.tick('scope agreed');
    await first.project.enter('Build');
    const before = await first.project.state();
    await first.close();
    const second = await createOverseer(options);
    const after = await second.project.state();
    expect({ ...after, seq: 0, at: 0 }).toEqual({ ...before, seq: 0, at: 0 });
    await second.close();
    const phases = [...(shop.phases ?? []), { name: 'Run' }];
    const third = await createOverseer({ ...options, project: { ...shop, phases } });
    const renamed = await third.project.state();
    expect(renamed).toMatchObject({ definitions: 2, phase: 'Build' });
    expect(renamed.phases).toHaveLength(4);
    await third.close();
    const fourth = await createOverseer({ ...options, project: 'shop' });
    expect((await fourth.project.state()).phases).toHaveLength(4);
    await fourth.close();
    const other = { ...shop, phases: [{ name: 'Build anew' }] };
    await using fifth = await createOverseer({ ...options, project: other });
    expect(await fifth.project.state()).toMatchObject({ phase: 'Build anew', definitions: 3 });
  });

  it('R3: a project that is only named has no phases, and says so', async () => {
    await using overseer = await createOverseer(team('plain'));
    await overseer.run({ tasks: [{ instruction: 'x', phase: 'whatever' }] }).result;
    const state = await overseer.project.state();
    expect(state).toMatchObject({ id: 'plain', phase: undefined, phases: [], definitions: 0 });
    expect(state.otherTasks.verified).toBe(1);
    await expect(overseer.project.enter('Build')).rejects.toThrow('project: { phases }');
  });

  it.each([
    [{ id: 'a b' }, 'letters, digits'],
    [{ id: 'a'.repeat(65) }, '1 to 64 letters'],
    [{ phases: [] }, 'at least one'],
    [{ phases: [{ name: '' }] }, 'phases.0.name'],
    [{ phase: [] }, 'phase'],
    [7, 'project'],
  ])('R3: refuses the option %j', async (project, words) => {
    const options = { ...team(), project: project as never };
    await expect(createOverseer(options)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining(words),
    });
  });
});

describe('checkpoints and time travel', () => {
  it('R3: a checkpoint is made by name, once', async () => {
    await using overseer = await createOverseer(team());
    const { project } = overseer;
    await project.checkpoint('before the talk', { by: 'mia', because: 'to be safe' });
    const { checkpoints, lastGood } = await project.state();
    expect(checkpoints.at(-1)).toMatchObject({
      name: 'before the talk',
      by: 'person:mia',
      because: 'to be safe',
    });
    expect(lastGood).toBe('before the talk');
    const again = project.checkpoint('before the talk');
    await expect(again).rejects.toMatchObject({ code: 'checkpoint.duplicate' });
    await expect(project.checkpoint(' ')).rejects.toMatchObject({ code: 'checkpoint.name' });
    await expect(project.tick('nothing')).rejects.toMatchObject({ code: 'checklist.unknown' });
  });

  it('R3: the last good state is one at which nothing had failed', async () => {
    const model = fakeModel({ reply: () => ({ text: '' }) });
    const options = { ...team(), models: { a: { model } }, maxAttempts: 1 };
    await using overseer = await createOverseer(options);
    const { project } = overseer;
    await overseer.run({ tasks: [{ instruction: 'x' }] }).result;
    await project.checkpoint('after a failure');
    expect((await project.state()).lastGood).toBe('Plan/1');
  });

  it('R3: tells the state as of any event, and of one run with what its tasks gave', async () => {
    await using overseer = await createOverseer(team());
    const { project } = overseer;
    const run = overseer.run({
      tasks: [
        { key: 'a', instruction: 'x' },
        { key: 'b', instruction: 'x', needs: ['a'] },
      ],
    });
    await run.result;
    let doneA = 0;
    for await (const event of run) {
      if (event.type === 'task.done' && event.task === 'a') doneA = event.seq;
    }
    const then = await project.at(doneA);
    expect(then.runs[0]).toMatchObject({ status: 'running', tasks: { open: 1, verified: 1 } });
    expect(then.spent.calls).toBe(1);
    expect((await project.state()).runs[0]).toMatchObject({ status: 'completed' });
    const result = await project.runAt(run.id, doneA);
    expect(result.tasks).toMatchObject([
      { key: 'a', status: 'done', output: 'fine' },
      { key: 'b', status: 'open' },
    ]);
    await expect(project.runAt(run.id, 1)).rejects.toMatchObject({ code: 'run.unknown' });
    const { seq } = await project.state();
    for (const wrong of [seq + 1, -1, 1.5, Number.NaN]) {
      await expect(project.at(wrong)).rejects.toMatchObject({ code: 'seq.unknown' });
    }
    expect(await project.at(0)).toMatchObject({ seq: 0, phase: undefined, runs: [] });
  });
});
