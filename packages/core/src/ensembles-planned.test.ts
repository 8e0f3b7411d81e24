import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { eventsOf, textOf } from './ensembles.fixture.ts';
import type { WorkspaceProvider } from './spec/workspace.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

const GOAL = 'Find a name.';

describe('a plan with ensembles', () => {
  it('M15 K1: may ask for several answers where the host lets it', async () => {
    const planner = planning({ kind: 'vote', of: 3 });
    await using overseer = await team(planner);
    const run = overseer.run(GOAL, { ensembles: true });
    expect(await run.result).toMatchObject({ status: 'completed', output: 'x' });
    expect(textOf(planner.requests[0])).toContain('"ensemble": {"kind"');
    const schema = JSON.stringify(planner.requests[0]?.output?.schema);
    expect(schema).toContain('"ensemble":{"anyOf"');
    const plans = (await eventsOf(run)).filter(({ type }) => type === 'plan.accepted');
    expect(plans[1]).toMatchObject({
      data: {
        tasks: [
          { key: 'n/1' },
          { key: 'n/2' },
          { key: 'n/3' },
          { key: 'n' },
          { kind: 'check', needs: ['n'] },
        ],
      },
    });
  });

  it('M15 K1: is sent back where the host does not, and the planner never hears of them', async () => {
    const planner = planning({ kind: 'vote', of: 3 }, null);
    await using overseer = await team(planner);
    const run = overseer.run(GOAL);
    expect(await run.result).toMatchObject({ status: 'failed' });
    expect(textOf(planner.requests[0])).not.toContain('nsemble');
    expect(JSON.stringify(planner.requests[0]?.output)).not.toContain('nsemble');
    expect(textOf(planner.requests[1])).toContain('there is no field "ensemble"');
  });

  it.each([
    [{ kind: 'vote', of: 9 }, 'it must be of 2 to 5 answers'],
    [{ kind: 'best', of: 2 }, 'expected one of best-of, vote, merge'],
    [{ kind: 'vote', of: 2, models: ['x'] }, 'there is no field'],
  ])('M15 K1: with %j is sent back with what is wrong, and may be put right', async (wish, why) => {
    const planner = planning(wish, { kind: 'vote', of: 2 });
    await using overseer = await team(planner);
    const run = overseer.run(GOAL, { ensembles: true });
    expect(await run.result).toMatchObject({ status: 'completed' });
    expect(textOf(planner.requests[1])).toContain(why);
  });

  it('M15 X5: is refused where tasks work on files', async () => {
    const workspaces = { spec: 'workspace/1', prepare: async () => {} } as unknown;
    await using overseer = await team(planning(null), workspaces as WorkspaceProvider);
    const refused = expect.objectContaining({ code: 'plan.ensemble' });
    expect(() => overseer.run(GOAL, { ensembles: true })).toThrow(refused);
    const ensemble = { kind: 'vote', of: 2 } as const;
    expect(() => overseer.run({ tasks: [{ instruction: 'x', ensemble }] })).toThrow(refused);
  });
});

/** Plans one task with this wish, and with the next one when asked again; passes every review. */
function planning(...wishes: readonly unknown[]): FakeModel {
  let plans = 0;
  return fakeModel({
    reply: (request) => {
      if (request.output?.name !== 'plan') return { text: '{"verdict": "pass"}' };
      const ensemble = wishes[Math.min(plans++, wishes.length - 1)];
      const task = { key: 'n', title: 'Name', instruction: 'Name it.', kind: 'write', ensemble };
      return { text: JSON.stringify({ tasks: [task] }) };
    },
  });
}

async function team(planner: FakeModel, workspaces?: WorkspaceProvider) {
  const worker = { model: fakeModel({ id: 'worker', reply: () => ({ text: 'x' }) }) };
  return await createOverseer({
    overseer: 'planner',
    models: { planner: { model: planner }, worker },
    random: () => 0,
    ...(workspaces === undefined ? {} : { workspaces }),
  });
}
