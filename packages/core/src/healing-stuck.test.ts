import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { stuckAt } from './heal/find-stuck.ts';
import { eventsOf, storyOf } from './healing.fixture.ts';
import { inTime, until } from './mortal-disk.fixture.ts';
import type { Overseer } from './overseer.ts';
import type { Workspace, WorkspaceProvider } from './spec/workspace.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { type FakeReply, fakeModel } from './testing/fake-model.ts';

const HOUR = 3_600_000;
const GRAPH = { tasks: [{ key: 'a', instruction: 'Work.', checks: [{ kind: 'look' }] }] };

describe('an attempt of which nothing is heard', () => {
  it('K10: is broken off once nothing of it may take that long, and the task is tried again', async () => {
    const clock = createFakeClock();
    const places = workspaces(1);
    await using overseer = await teamOf(clock, places);
    const run = overseer.run(GRAPH);
    const result = await inTime(clock, run.result);
    expect(result).toMatchObject({ status: 'completed' });
    const events = await eventsOf(run);
    expect(storyOf(events)).toEqual(['a stuck → another-try', 'a done']);
    const diagnosed = events.find((event) => event.type === 'task.diagnosed');
    expect(diagnosed?.data.diagnosis).toMatchObject({ likely: 'environment', kind: 'stuck' });
    const ended = events.find((event) => event.type === 'attempt.ended');
    expect(ended?.data).toMatchObject({ outcome: 'failed', fault: 'infrastructure' });
    // Half an hour, as long as its check may take being less; and no more than a moment beside it.
    const [assigned] = events.filter(({ type }) => type === 'call.finished');
    const silent = (diagnosed?.at ?? 0) - (assigned?.at ?? 0);
    expect(silent).toBeGreaterThanOrEqual(HOUR / 2);
    expect(silent).toBeLessThan(HOUR);
  });

  it('K10: is left alone as long as a call of it is under way, however long its answer streams', async () => {
    const clock = createFakeClock();
    const answer = Promise.withResolvers<FakeReply>();
    let asked = 0;
    await using overseer = await teamOf(clock, workspaces(0), () => {
      asked += 1;
      return answer.promise;
    });
    const run = overseer.run(GRAPH);
    await until(() => asked === 1);
    // The watch of calls is another one: it is given no reason to end this one.
    for (let hour = 0; hour < 48; hour++) clock.advance(HOUR / 2);
    answer.resolve({ text: 'at last' });
    const result = await inTime(clock, run.result);
    expect(result.status).toBe('completed');
    expect(storyOf(await eventsOf(run))).toEqual(['a done']);
  });

  it('K10: is given as long as its tools and checks take by their own word, and its kind by past calls', () => {
    const rules = { stuckMs: HOUR, stuckFactor: 10 };
    const of = (typicalMs: number | undefined, allowedMs: number): number =>
      stuckAt({ heardAt: 0, typicalMs, allowedMs }, rules);
    expect(of(undefined, 0)).toBe(HOUR);
    expect(of(1_000, 0)).toBe(HOUR);
    expect(of(HOUR, 0)).toBe(10 * HOUR);
    expect(of(HOUR, 20 * HOUR)).toBe(20 * HOUR + 60_000);
  });

  it('K10: leaves no timer behind once nothing goes on', async () => {
    const clock = createFakeClock();
    await using overseer = await teamOf(clock, workspaces(0));
    await inTime(clock, overseer.run(GRAPH).result);
    expect(clock.pending).toBe(0);
  });
});

/** Folders of which the first so many are never opened, whatever they are told. */
function workspaces(broken: number): WorkspaceProvider {
  let opened = 0;
  return {
    spec: 'workspace/1',
    prepare: async () => undefined,
    open: async () => {
      opened += 1;
      if (opened <= broken) await new Promise<never>(() => undefined);
      const workspace: Workspace = { path: '/nowhere', base: 'b', changed: async () => [] };
      return workspace;
    },
    accept: async () => ({ kind: 'accepted', commit: 'c', files: [] }),
    probe: async () => undefined,
    close: async () => undefined,
  };
}

function teamOf(
  clock: FakeClock,
  places: WorkspaceProvider,
  reply: () => FakeReply | Promise<FakeReply> = () => ({ text: 'work' }),
): Promise<Overseer> {
  return createOverseer({
    overseer: 'a',
    models: { a: { model: fakeModel({ reply }) } },
    validators: {
      look: { spec: 'validator/1', tier: 'automated', validate: () => ({ kind: 'pass' }) },
    },
    workspaces: places,
    healing: true,
    holdMs: 100 * HOUR,
    clock,
  });
}
