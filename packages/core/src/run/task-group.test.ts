import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenTeam, openTeam } from '../create-overseer.ts';
import type { PastAttempt, TaskState } from '../journal/run-state.ts';
import { createCandidateFinder } from '../route/candidate-finder.ts';
import type { Member } from '../route/member.ts';
import { memberOf } from '../route/team.fixture.ts';
import type { PlanTask } from '../spec/task.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { fakeModel } from '../testing/fake-model.ts';
import { chooseFor } from './choose-for.ts';
import { groupOf } from './task-group.ts';

const NAMES = ['a', 'b', 'c'] as const;

let team: OpenTeam;

beforeAll(async () => {
  team = await openTeam({
    overseer: 'boss',
    models: { boss: { model: fakeModel({ id: 'boss', reply: () => ({ text: 'ok' }) }) } },
    clock: createFakeClock(),
  });
});
afterAll(() => team.dispose());

describe('groupOf', () => {
  it('K5: of two tasks of one group, neither can start where the other must wait or fails', () => {
    const held = { waits: 0, pairs: 0 };
    fc.assert(
      fc.property(members, someTask, change, (some, one, changed) => {
        const tasks = [stateOf(one), stateOf({ ...one, ...changed })];
        const [first, second] = tasks.map((task) => groupOf(task));
        if (first !== second) return;
        const [outcome, other] = tasks.map((task) => outcomeOf(some, task));
        held.pairs += 1;
        if (outcome === 'wait') held.waits += 1;
        expect(other).toBe(outcome);
      }),
      { numRuns: 3_000, seed: 5 },
    );
    // Both have to be common, or it says nothing.
    expect(Math.min(held.waits, held.pairs - held.waits)).toBeGreaterThan(100);
  });

  it('K5: tasks that differ in nothing that matters to models share a group, whatever was forgiven or moved', () => {
    const plain = {
      grants: undefined,
      past: [],
      forgiven: 0,
      left: undefined,
      kind: 'write',
      role: undefined,
      given: undefined,
    };
    const group = groupOf(stateOf(plain));
    expect(groupOf(stateOf({ ...plain, past: [pastOf({ outcome: 'moved' })] }))).toBe(group);
    expect(groupOf(stateOf({ ...plain, past: [pastOf({ outcome: 'failed' })], forgiven: 1 }))).toBe(
      group,
    );
  });
});

/** What of a task its models depend on. */
interface SomeTask {
  readonly grants: PlanTask['grants'];
  readonly past: readonly PastAttempt[];
  readonly forgiven: number;
  readonly kind: string;
  readonly role: string | undefined;
  readonly given: string | undefined;
}

const overflows = fc.constantFrom(
  undefined,
  'it does not fit',
  'maximum context length is 1500 tokens',
  'maximum context length is 6000 tokens',
);

const past = fc
  .record({
    model: fc.constantFrom(...NAMES),
    outcome: fc.constantFrom('rejected', 'failed', 'moved'),
    fault: fc.constantFrom(undefined, 'infrastructure'),
    isDoubted: fc.boolean(),
    overflow: overflows,
  })
  .map(pastOf);

const fields = {
  grants: fc.constantFrom<PlanTask['grants'][]>(undefined, ['write'], ['read', 'write']),
  past: fc.array(past, { maxLength: 3 }),
  forgiven: fc.nat(2),
  kind: fc.constantFrom('write', 'code'),
  role: fc.constantFrom(undefined, 'worker', 'coder'),
  given: fc.constantFrom(undefined, undefined, undefined, 'a'),
};
/** One attempt by one model, so that two tasks are often alike but for what it left. */
const tried = fc
  .record({ overflow: overflows, isDoubted: fc.boolean() })
  .map((some) => ({ past: [pastOf({ ...some, model: 'a', outcome: 'moved' })] }));

const someTask: fc.Arbitrary<SomeTask> = fc
  .tuple(fc.record(fields), fc.option(tried, { nil: {} }))
  .map(([task, instead]) => ({ ...task, ...instead }));

/** Most often one thing is changed. */
const change: fc.Arbitrary<Partial<SomeTask>> = fc.oneof(
  fc.record(fields, { requiredKeys: [] }),
  ...Object.entries(fields).map(([name, field]) => fc.record({ [name]: field })),
  tried,
);

const members = fc.tuple(...NAMES.map((name) => someMember(name)));

function someMember(name: string): fc.Arbitrary<Omit<Member, 'order'>> {
  return fc
    .record({
      role: fc.constantFrom(undefined, 'worker', 'coder'),
      goodAt: fc.constantFrom([], ['write']),
      fallback: fc.subarray(NAMES.filter((other) => other !== name)),
      tools: fc.boolean(),
      contextWindow: fc.constantFrom(undefined, 4_000, 16_000),
      waitMs: fc.constantFrom(0, 0, 1_000, 3_600_000, undefined),
    })
    .map(({ tools, contextWindow, waitMs, ...rest }) => {
      const info = {
        can: { tools, json: 'schema', reasoning: false, image: false },
        ...(contextWindow === undefined ? {} : { contextWindow }),
      } as const;
      const untilAt = waitMs === undefined ? undefined : team.settings.clock.now() + waitMs;
      return memberOf(
        {
          name,
          model: fakeModel({ id: name, info, reply: () => ({ text: '' }) }),
          admission:
            waitMs === 0 ? { kind: 'run', holds: [] } : { kind: 'wait', untilAt, why: 'busy' },
          ...rest,
        },
        0,
      );
    });
}

function pastOf(some: Partial<PastAttempt>): PastAttempt {
  return {
    id: 'p',
    model: 'a',
    outcome: 'rejected',
    because: 'test',
    fault: undefined,
    isLast: false,
    isDoubted: false,
    answer: '',
    findings: [],
    overflow: undefined,
    ...some,
  };
}

function stateOf({ grants, kind, role, given, past: tried, forgiven }: SomeTask): TaskState {
  const plan: PlanTask = {
    key: 'x',
    title: 'Work',
    instruction: 'Do it.',
    kind,
    needs: [],
    files: [],
    priority: 'medium',
    checks: [],
    ...(role === undefined ? {} : { role }),
    ...(grants === undefined ? {} : { grants }),
  };
  return {
    run: 'r',
    task: plan,
    status: 'open',
    priority: 'medium',
    model: given,
    paused: undefined,
    asks: undefined,
    attempt: undefined,
    expedited: false,
    past: [...tried],
    left: undefined,
    forgiven: Math.min(forgiven, tried.length),
    waiting: undefined,
    output: undefined,
    because: undefined,
    commit: undefined,
    from: undefined,
    mends: undefined,
    mending: undefined,
    replans: 0,
  };
}

/** What becomes of a task that is offered to a team. */
function outcomeOf(some: readonly Omit<Member, 'order'>[], task: TaskState): string {
  const all = some.map((member, order): Member => ({ ...member, order }));
  const settings = { ...team.settings, members: new Map(all.map((one) => [one.name, one])) };
  const candidates = createCandidateFinder(settings);
  const decider = { settings, projection: team.open.projection, candidates };
  return chooseFor(decider, task, settings.clock.now()).kind;
}
