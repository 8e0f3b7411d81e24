import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { inTime, mortalDisk, until } from './mortal-disk.fixture.ts';
import type { OverseerOptions } from './options.ts';
import type { TaskGraph } from './spec/task.ts';
import type { Tool } from './spec/tool.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';
import { callerOf, eventsOf, replyOf, tasksOf, teamOf, toolThat } from './tool-calls.fixture.ts';

/** A tool with side effects that tells how often it was called. */
function deployOf(): { readonly deploy: Tool; readonly calls: unknown[] } {
  const calls: unknown[] = [];
  const deploy = toolThat(
    async (input) => {
      calls.push(input);
      return 'deployed';
    },
    { permissions: ['write', 'network'], effect: 'idempotent' },
  );
  return { deploy, calls };
}

/** The tools that a model was offered with each request. */
function offeredTo(model: FakeModel): readonly (readonly string[])[] {
  return model.requests.map(({ tools = [] }) => tools.map(({ name }) => name));
}

function teamWith(
  clock: FakeClock,
  model: FakeModel,
  deploy: Tool,
): Pick<OverseerOptions, 'overseer' | 'models' | 'roles' | 'tools' | 'clock'> {
  return { ...teamOf(model, ['deploy']), tools: { deploy }, clock };
}

describe('permissions', () => {
  it('T5: side effects are denied by default, and the model is told what it lacks', async () => {
    const { deploy, calls } = deployOf();
    const model = callerOf('deploy');
    await using overseer = await createOverseer(teamWith(createFakeClock(), model, deploy));
    const run = overseer.run(tasksOf(1));
    expect((await run.result).output).toContain('Not permitted: deploy needs write, network.');
    expect(calls).toEqual([]);
    expect(offeredTo(model)[0]).toEqual([]);
    const denied = (await eventsOf(run)).filter(({ type }) => type === 'tool.finished');
    expect(denied).toMatchObject([
      { actor: 'model:a', data: { name: 'deploy', isError: true, refused: 'denied' } },
    ]);
  });

  it('T5: a model may do what it was granted beyond its role, and another of the same role may not', async () => {
    const { deploy, calls } = deployOf();
    const one = callerOf('deploy', 1, 'one');
    const two = callerOf('deploy', 1, 'two');
    await using overseer = await createOverseer({
      overseer: 'one',
      models: { one: { model: one, grants: ['write', 'network'] }, two: { model: two } },
      roles: { worker: { text: 'Work.', tools: ['deploy'] } },
      tools: { deploy },
    });
    const tasks = [
      { instruction: 'x', model: 'one' },
      { instruction: 'y', model: 'two' },
    ];
    expect((await overseer.run({ tasks }).result).status).toBe('completed');
    expect(calls).toEqual(['one']);
    expect(offeredTo(one)[0]).toEqual(['deploy']);
    expect(offeredTo(two)[0]).toEqual([]);
  });

  it('T5: a task may do what its host granted it, and the one beside it may not', async () => {
    const { deploy, calls } = deployOf();
    const model = callerOf('deploy');
    await using overseer = await createOverseer(teamWith(createFakeClock(), model, deploy));
    const grants = ['write', 'network'];
    const run = overseer.run({ tasks: [{ instruction: 'x', grants }, { instruction: 'y' }] });
    expect((await run.result).status).toBe('completed');
    expect(calls).toHaveLength(1);
    const refused = { tasks: [{ instruction: 'x', grants, ensemble: { kind: 'vote', of: 2 } }] };
    expect(() => overseer.run(refused as TaskGraph)).toThrow('without grants of its own');
  });

  it('T5 M15: what several models do for one task goes by their role alone', async () => {
    const { deploy, calls } = deployOf();
    const model = callerOf('deploy');
    await using overseer = await createOverseer({
      ...teamWith(createFakeClock(), model, deploy),
      overseer: 'a',
      models: { a: { model, concurrency: 9, grants: ['write', 'network'] } },
    });
    await overseer.grant({ tool: 'deploy', to: { role: 'worker' }, forMs: 1_000 });
    const ensemble = { kind: 'vote', of: 2 } as const;
    await overseer.run({ tasks: [{ instruction: 'x', ensemble }] }).result;
    expect(calls).toEqual([]);
    expect(offeredTo(model).flat()).toEqual([]);
  });
});

describe('grants', () => {
  it('T5: are for a role, a model, a run or a task, and for nobody else', async () => {
    const { deploy, calls } = deployOf();
    const clock = createFakeClock();
    const named = (name: string): FakeModel =>
      fakeModel({
        reply: ({ messages }) => {
          const isDone = messages.some(({ parts }) => parts.some((p) => p.type === 'tool-result'));
          const key = /task-\w+/.exec(JSON.stringify(messages))?.[0] ?? '';
          const input = `${name} ${key}`;
          return isDone ? { text: 'ok' } : { toolCalls: [{ name: 'deploy', input }] };
        },
      });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: named('a') }, b: { model: named('b') } },
      roles: {
        worker: { text: 'Work.', tools: ['deploy'] },
        coder: { text: 'Code.', tools: ['deploy'] },
      },
      tools: { deploy },
      clock,
    });
    const work = async (): Promise<readonly unknown[]> => {
      calls.length = 0;
      const tasks = ['a', 'b'].flatMap((model) =>
        ['worker', 'coder'].map((role) => ({
          key: `${model}-${role}`,
          instruction: `task-${role}`,
          role,
          model,
        })),
      );
      await overseer.pause();
      const run = overseer.run({ tasks });
      await grantFor(run.id);
      await overseer.resume();
      await run.result;
      for (const { id } of overseer.grants()) await overseer.revoke(id);
      return [...calls].sort();
    };
    let grantFor: (run: string) => Promise<unknown> = async () => undefined;
    const granting = (to: (run: string) => object): void => {
      grantFor = (run) => overseer.grant({ tool: 'deploy', to: to(run), forMs: 60_000 });
    };
    expect(await work()).toEqual([]);
    granting(() => ({ role: 'coder' }));
    expect(await work()).toEqual(['a task-coder', 'b task-coder']);
    granting(() => ({ model: 'b' }));
    expect(await work()).toEqual(['b task-coder', 'b task-worker']);
    granting(() => ({ role: 'coder', model: 'b' }));
    expect(await work()).toEqual(['b task-coder']);
    granting((run) => ({ run, task: 'a-worker' }));
    expect(await work()).toEqual(['a task-worker']);
    granting((run) => ({ run }));
    expect(await work()).toHaveLength(4);
    granting(() => ({ run: overseer.unfinished()[0]?.id ?? '', role: 'worker' }));
    expect(await work()).toEqual(['a task-worker', 'b task-worker']);
  });

  it('T5: of one permission reach the tools that a role has, one permission at a time', async () => {
    const { deploy, calls } = deployOf();
    const model = callerOf('deploy');
    await using overseer = await createOverseer(teamWith(createFakeClock(), model, deploy));
    await overseer.grant({ permission: 'write', to: { role: 'worker' }, forMs: 1_000 });
    const half = await overseer.run(tasksOf(1)).result;
    expect(half.output).toContain('Not permitted: deploy needs network.');
    await overseer.grant({ permission: 'network', to: { model: 'a' }, forMs: 1_000 });
    const run = overseer.run(tasksOf(1));
    await run.result;
    expect(calls).toHaveLength(1);
    const ids = overseer.grants().map(({ id }) => id);
    const started = (await eventsOf(run)).find(({ type }) => type === 'tool.started');
    expect(started).toMatchObject({
      data: { grants: ids, caller: { role: 'worker', model: 'a' } },
    });
    expect(overseer.grants().map(({ used }) => used)).toEqual([1, 1]);
  });

  it('T5: one that ends between what the model asked and the call denies it', async () => {
    const { deploy, calls } = deployOf();
    const clock = createFakeClock();
    const slow = fakeModel({
      reply: (request, nth) => {
        // The third answer takes so long that the grant is over when it is there.
        if (nth === 3) clock.advance(10_000);
        return replyOf(request, 'deploy', 3);
      },
    });
    await using overseer = await createOverseer(teamWith(clock, slow, deploy));
    const given = await overseer.grant(
      { tool: 'deploy', to: { role: 'worker' }, forMs: 10_000 },
      { by: 'mia', because: 'the release' },
    );
    expect(given).toMatchObject({ by: 'person:mia', untilAt: clock.now() + 10_000, used: 0 });
    const run = overseer.run(tasksOf(1));
    expect((await run.result).output).toContain(
      'Not permitted: deploy needs write, network, and the grant for it has expired.',
    );
    expect(calls).toHaveLength(2);
    expect(overseer.grants()).toMatchObject([
      { standing: 'expired', used: 2, because: 'the release' },
    ]);
  });

  it('T5: are taken back at once, also in the middle of a run', async () => {
    const { deploy, calls } = deployOf();
    const slow = fakeModel({
      reply: async (request, nth) => {
        if (nth === 2) await overseer.revoke(given.id, { by: 'mia', because: 'enough' });
        return replyOf(request, 'deploy', 3);
      },
    });
    await using overseer = await createOverseer(teamWith(createFakeClock(), slow, deploy));
    const given = await overseer.grant({ tool: 'deploy', to: { model: 'a' }, forMs: 10_000 });
    const run = overseer.run(tasksOf(1));
    expect((await run.result).output).toContain('the grant for it was revoked');
    expect(calls).toHaveLength(1);
    expect(overseer.grants()).toMatchObject([{ standing: 'revoked' }]);
    // Once more does nothing, and what was never there is said to be so.
    await overseer.revoke(given.id);
    await expect(overseer.revoke('nobody')).rejects.toMatchObject({ code: 'grant.unknown' });
  });

  it('T5: are good for so many calls, whoever makes them at once', async () => {
    let calls = 0;
    const deploy = toolThat(
      async () => {
        calls += 1;
        await new Promise((resolve) => setImmediate(resolve));
        return 'x';
      },
      { permissions: ['write'] },
    );
    const model = callerOf('deploy', 2);
    await using overseer = await createOverseer(teamWith(createFakeClock(), model, deploy));
    await overseer.grant({ tool: 'deploy', to: { role: 'worker' }, uses: 7 });
    const run = overseer.run(tasksOf(10));
    expect((await run.result).status).toBe('completed');
    expect(calls).toBe(7);
    expect(overseer.grants()).toMatchObject([{ used: 7, uses: 7, standing: 'used-up' }]);
    const denied = (await eventsOf(run)).filter(
      (event) => event.type === 'tool.finished' && event.data.refused === 'denied',
    );
    expect(denied).toHaveLength(13);
    expect(denied[0]).toMatchObject({
      data: { output: expect.stringContaining('was good for 7 calls, and is used up') },
    });
  });

  it('T5: a tool that a role does not have can be granted by its name, for a task that a person names', async () => {
    const { deploy, calls } = deployOf();
    const model = callerOf('deploy');
    await using overseer = await createOverseer({
      ...teamOf(model, []),
      tools: { deploy },
      clock: createFakeClock(),
    });
    // Who gives it in the same turn gives it before any of its tasks begins.
    const run = overseer.run(tasksOf(2));
    await overseer.grant({ tool: 'deploy', to: { run: run.id, task: 't0' } });
    await run.result;
    expect(calls).toHaveLength(1);
    expect(offeredTo(model).filter(({ length }) => length > 0)).toHaveLength(2);
    // It ended with its run.
    expect(overseer.grants()).toEqual([]);
  });

  it('T5 R1: hold over a restart with their uses, and do not outlive a clock that is set back', async () => {
    const { deploy, calls } = deployOf();
    const clock = createFakeClock();
    const disk = mortalDisk();
    const options = { ...teamWith(clock, callerOf('deploy'), deploy), store: disk.open };
    const first = await createOverseer(options);
    await first.grant({ tool: 'deploy', to: { role: 'worker' }, uses: 2, forMs: 604_800_000 });
    await first.grant({ permission: 'write', to: { role: 'worker' }, forMs: 1_000 });
    await first.run(tasksOf(1)).result;
    await first.close();

    clock.advance(3 * 86_400_000);
    const second = await createOverseer(options);
    expect(second.grants()).toMatchObject([
      { used: 1, standing: 'active' },
      { standing: 'expired' },
    ]);
    clock.set(clock.now() - 86_400_000);
    expect(second.grants().map(({ standing }) => standing)).toEqual(['active', 'expired']);
    await second.run(tasksOf(2)).result;
    expect(calls).toHaveLength(2);
    // A day back on the clock: four days were left of it, and four are.
    const [left] = second.grants();
    expect((left?.untilAt ?? 0) - clock.now()).toBe(4 * 86_400_000);
    await disk.kill();

    clock.set(Date.UTC(2026, 0, 1) - 604_800_000);
    await using third = await createOverseer(options);
    expect(third.grants().map(({ standing }) => standing)).toEqual(['used-up', 'expired']);
    await third.run(tasksOf(1)).result;
    expect(calls).toHaveLength(2);
  });

  it('T5 R4: a call that was cut off needs leave to be made again, and no further use of its grant', async () => {
    const clock = createFakeClock();
    const disk = mortalDisk();
    let begun = 0;
    const hanging = toolThat(
      async () => {
        begun += 1;
        return await new Promise<never>(() => undefined);
      },
      { permissions: ['write'], effect: 'idempotent' },
    );
    const options = { ...teamWith(clock, callerOf('deploy'), hanging), store: disk.open };
    const first = await createOverseer(options);
    await first.grant({ tool: 'deploy', to: { role: 'worker' }, uses: 1 });
    const run = first.run(tasksOf(1));
    await until(() => begun === 1);
    await new Promise((resolve) => setImmediate(resolve));
    await disk.kill();

    const second = await createOverseer(options);
    expect(second.grants()).toMatchObject([{ standing: 'used-up', used: 1 }]);
    second.open(run.id).resume();
    await until(() => begun === 2);
    expect(second.grants()).toMatchObject([{ used: 1 }]);
    await new Promise((resolve) => setImmediate(resolve));
    await disk.kill();

    const { deploy, calls } = deployOf();
    await using third = await createOverseer({ ...options, tools: { deploy } });
    for (const { id } of third.grants()) await third.revoke(id);
    const again = third.open(run.id);
    again.resume();
    expect((await again.result).output).toContain(
      'It was interrupted, and may not be made again. Not permitted: deploy needs',
    );
    expect(calls).toEqual([]);
  });

  it('T5: a grant that ends while the call waits for a quota denies it', async () => {
    const clock = createFakeClock();
    const { deploy, calls } = deployOf();
    await using overseer = await createOverseer({
      ...teamWith(clock, callerOf('deploy', 2), deploy),
      toolLimits: [{ tool: 'deploy', limits: ['1 call / 10s'] }],
    });
    await overseer.grant({ tool: 'deploy', to: { role: 'worker' }, forMs: 5_000 });
    const result = await inTime(clock, overseer.run(tasksOf(1)).result);
    expect(result.output).toContain('the grant for it has expired');
    expect(calls).toHaveLength(1);
    // Nobody stands in line for it any more.
    expect(overseer.tools()[0]?.limits).toMatchObject([{ held: 0 }]);
  });

  it('T5: what is wrong with one is said, and nothing is recorded', async () => {
    const { deploy } = deployOf();
    await using overseer = await createOverseer(
      teamWith(createFakeClock(), callerOf('deploy'), deploy),
    );
    const to = { role: 'worker' };
    const wrong = [
      [{ to, forMs: 1 }, 'config.grant', 'one tool or for one permission'],
      [{ tool: 'deploy', permission: 'write', to, forMs: 1 }, 'config.grant', 'name either'],
      [{ tool: 'depoy', to, forMs: 1 }, 'config.unknown-tool', 'did you mean "deploy"?'],
      [{ permission: 'wirte', to, forMs: 1 }, 'config.grant', 'did you mean "write"?'],
      [{ tool: 'deploy', to: {}, forMs: 1 }, 'config.grant', 'for nobody'],
      [{ tool: 'deploy', to: { role: 'x' }, forMs: 1 }, 'config.unknown-role', '"x"'],
      [{ tool: 'deploy', to: { model: 'x' }, forMs: 1 }, 'config.unknown-model', '"x"'],
      [{ tool: 'deploy', to: { run: 'x' }, forMs: 1 }, 'run.unknown', 'x'],
      [{ tool: 'deploy', to: { task: 'x' }, forMs: 1 }, 'scope.invalid', 'name the run'],
      [{ tool: 'deploy', to }, 'config.grant', 'it would never end'],
      [{ tool: 'deploy', to, forMs: 0 }, 'config.grant', 'above 0'],
      [{ tool: 'deploy', to, until: 5 }, 'config.grant', 'a moment to come'],
      [{ tool: 'deploy', to, until: 5, forMs: 5 }, 'config.grant', 'say one of them'],
      [{ tool: 'deploy', to, uses: 0.5 }, 'config.grant', 'a whole number from 1 on'],
    ] as const;
    for (const [grant, code, words] of wrong) {
      const refusal = await overseer.grant(grant).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code, message: expect.stringContaining(words) });
    }
    expect(overseer.grants()).toEqual([]);
  });
});
