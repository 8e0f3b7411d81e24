import { describe, expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import { planTask } from '../plan/task.fixture.ts';
import { OWN_REVIEW } from '../route/choose-reviewer.ts';
import type { RunOptions } from '../run-options.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { ModelRequest } from '../spec/model.ts';
import type { Validator } from '../spec/validator.ts';
import type { WorkspaceProvider } from '../spec/workspace.ts';
import { type FakeModel, fakeModel } from '../testing/fake-model.ts';
import { finalChecks, finalTask } from './final-check.ts';

describe('finalChecks', () => {
  it('K1: of a project those that look at it; of text the judgement against the goal', () => {
    const always = [{ kind: 'tsc' }, { kind: 'command', value: 'npm test' }, { kind: 'review' }];
    expect(finalChecks('g', always, true)).toEqual(always.slice(0, 2));
    expect(finalChecks('g', [], true)).toEqual([]);
    expect(finalChecks('g', always, false)).toEqual([{ kind: 'goal', value: 'g' }]);
  });
});

describe('finalTask', () => {
  it('K2: waits for every task that no other needs, under a key that is free', () => {
    const tasks = [planTask('a', []), planTask('b', ['a']), planTask('c', ['a'])];
    const checks = [{ kind: 'tsc' }];
    const [task] = finalTask(tasks, checks, new Set(['a', 'b', 'c', 'verify-all']));
    expect(task).toMatchObject({ key: 'verify-all-2', kind: 'check', needs: ['b', 'c'], checks });
    expect(finalTask(tasks, [], new Set())).toEqual([]);
    expect(finalTask([], checks, new Set())).toEqual([]);
  });
});

describe('a goal in words', () => {
  it('K1 V1: that is answered in text is judged against the goal in the end', async () => {
    const boss = planner('{"verdict":"pass","score":1,"findings":[]}');
    const run = await workOn(boss);
    expect(run.result).toMatchObject({
      status: 'completed',
      output: '## Write a\n\nthe text\n\n## Write b\n\nthe text',
    });
    const last = run.result.tasks.at(-1);
    expect(last).toMatchObject({ key: 'verify-all', title: 'Verify the whole', status: 'done' });
    const asked = textOf(boss.requests.at(-1));
    expect(asked).toContain('Do these results, taken together, reach the goal');
    expect(asked).toContain('<overseer-data of="the goal">\nWrite two texts\n</overseer-data>');
    expect(asked).toContain('<overseer-data of="a: Write a">\nthe text\n</overseer-data>');
    expect(asked).toContain('<overseer-data of="b: Write b">\nthe text\n</overseer-data>');
  });

  it('V1: whose results do not reach it fails with what was found, judged once', async () => {
    const boss = planner('{"verdict":"fail","findings":["b contradicts a"]}');
    const { result, events } = await workOn(boss);
    expect(result).toMatchObject({
      status: 'failed',
      reason: 'verify-all: goal refused it: b contradicts a',
    });
    expect(result.output).toContain('the text');
    expect(events.filter(({ type }) => type === 'question.asked')).toHaveLength(1);
  });

  it('V1: a judgement that cannot be read is asked for again', async () => {
    let judged = 0;
    const boss = planner(() => {
      judged += 1;
      return judged === 1 ? 'Fine!' : '{"verdict":"pass"}';
    });
    expect((await workOn(boss)).result.status).toBe('completed');
    expect(judged).toBe(2);
  });

  it('V1: a model that did it all alone judges it, and says so', async () => {
    const boss = planner('{"verdict":"pass","findings":[]}');
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: { boss: { model: boss } },
      validators: { fine },
    });
    const run = overseer.run('Write two texts', { checks });
    expect(await run.result).toMatchObject({ status: 'completed' });
    const given = (await eventsOf(run)).flatMap((event) =>
      event.type === 'verdict.given' && event.data.validator === 'goal' ? [event.data.verdict] : [],
    );
    expect(given).toMatchObject([{ evidence: expect.stringContaining(OWN_REVIEW) }]);
  });

  it('K1: the host says what the whole must pass, or that there is no such check', async () => {
    const none = await workOn(planner('unused'), { finalChecks: [] });
    expect(none.result.tasks.map(({ key }) => key)).toEqual(['plan', 'a', 'b']);
    const own = await workOn(planner('unused'), { finalChecks: [{ kind: 'never' }] });
    expect(own.result).toMatchObject({
      status: 'failed',
      reason: 'verify-all: never refused it: not like this',
    });
  });

  it('K1: a check that nobody makes is refused before anybody is called', async () => {
    await expect(
      workOn(planner('unused'), { finalChecks: [{ kind: 'unknown' }] }),
    ).rejects.toMatchObject({ code: 'plan.unknown-check' });
  });

  it('K1: on a project has the checks of each task made on the whole', async () => {
    const workspaces: WorkspaceProvider = {
      spec: 'workspace/1',
      prepare: async () => undefined,
      open: async () => ({ path: '/nowhere', base: 'b', changed: async () => [] }),
      accept: async () => ({ kind: 'accepted', commit: 'c', files: [] }),
      probe: async () => undefined,
      close: async () => undefined,
    };
    const given = { checks: [{ kind: 'tsc' }, ...checks] };
    const { result, events } = await workOn(planner('unused'), given, { workspaces });
    expect(result.status).toBe('completed');
    const verdicts = events.flatMap((event) =>
      event.type === 'verdict.given' && event.task === 'verify-all' ? [event.data.validator] : [],
    );
    expect(verdicts).toEqual(['tsc']);
  });
});

const fine: Validator = {
  spec: 'validator/1',
  tier: 'automated',
  validate: async () => ({ kind: 'pass' }),
};
const never: Validator = {
  ...fine,
  validate: async () => ({ kind: 'fail', findings: [{ message: 'not like this' }] }),
};
const checks = [{ kind: 'fine' }];

async function workOn(
  boss: FakeModel,
  options: RunOptions = {},
  more: { readonly workspaces?: WorkspaceProvider } = {},
) {
  await using overseer = await createOverseer({
    overseer: 'boss',
    models: {
      boss: { model: boss },
      worker: { model: fakeModel({ reply: () => ({ text: 'the text' }) }) },
    },
    validators: { fine, never, tsc: fine },
    ...more,
  });
  const run = overseer.run('Write two texts', { checks, ...options });
  return { result: await run.result, events: await eventsOf(run) };
}

/** Plans two tasks, writes them where nobody else does, and judges. */
function planner(judgement: string | (() => string)): FakeModel {
  const tasks = ['a', 'b'].map((key) => ({
    key,
    title: `Write ${key}`,
    instruction: `Write ${key}.`,
    kind: 'write',
    needs: [],
    files: [],
    role: null,
    priority: 'medium',
    checks: [],
  }));
  return fakeModel({
    reply: (request) => {
      if (textOf(request).includes('reach the goal')) {
        return { text: typeof judgement === 'string' ? judgement : judgement() };
      }
      const isPlan = textOf(request).includes('# Task plan:');
      return { text: isPlan ? JSON.stringify({ tasks }) : 'the text' };
    },
  });
}

function textOf(request: ModelRequest | undefined): string {
  const parts = request?.messages.flatMap((message) => message.parts) ?? [];
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

async function eventsOf(run: AsyncIterable<OverseerEvent>): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}
