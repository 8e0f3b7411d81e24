import { describe, expect, it } from 'vitest';
import { counting, eventsOf, NAME, teamOf } from './caching.fixture.ts';
import type { CacheOptions } from './call/cache-options.ts';
import { createOverseer } from './create-overseer.ts';
import { mortalDisk, until } from './mortal-disk.fixture.ts';
import type { Overseer } from './overseer.ts';
import type { Validator } from './spec/validator.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

/** Refuses the answers that it is told to. */
function refusing(refuses: (text: string, nth: number) => boolean): Validator {
  let seen = 0;
  return {
    spec: 'validator/1',
    tier: 'automated',
    validate: async ({ text }) => {
      seen += 1;
      return refuses(text, seen)
        ? { kind: 'fail', findings: [{ message: 'not this one' }] }
        : { kind: 'pass' };
    },
  };
}

describe('the cache of answers', () => {
  it('M13: is off where nobody asks for it, and its journal is as before', async () => {
    const model = counting();
    await using overseer = await createOverseer({ overseer: 'a', models: { a: { model } } });
    await overseer.run(NAME).result;
    const run = overseer.run(NAME);
    expect(await run.result).toMatchObject({ output: 'answer 2', usage: { cachedCalls: 0 } });
    const [started] = await eventsOf(run, 'call.started');
    expect(started?.data).not.toHaveProperty('key');
  });

  it('M13 L8: an equal request of another run is answered without a call, and says so', async () => {
    const model = counting();
    await using overseer = await teamOf(model);
    const first = overseer.run(NAME);
    await first.result;
    const second = overseer.run(NAME);
    expect(await second.result).toMatchObject({
      status: 'completed',
      output: 'answer 1',
      usage: { calls: 0, cachedCalls: 1, inputTokens: 0, outputTokens: 0, microUsd: 0 },
    });
    expect(model.requests).toHaveLength(1);
    const [made] = await eventsOf(first, 'call.finished');
    const [cached] = await eventsOf(second, 'call.cached');
    expect(cached?.data).toMatchObject({
      of: made?.call,
      by: 'kept',
      parts: made?.data.parts,
      saved: made?.data.settled,
    });
    expect(await eventsOf(second, 'call.started')).toEqual([]);
    expect(await eventsOf(second, 'verdict.given')).toHaveLength(1);
  });

  it('M13: what can change the answer makes another call', async () => {
    const model = counting();
    await using overseer = await teamOf(model);
    await overseer.run(NAME).result;
    await overseer.run(NAME, { context: 'We are in France.' }).result;
    await overseer.run({ tasks: [{ key: 'name', instruction: 'Name a lake.' }] }).result;
    expect(model.requests).toHaveLength(3);
  });

  it('M13 L1 L6: a hit needs neither a free model nor a budget', async () => {
    const model = fakeModel({
      info: { price: { input: 0, output: 100 }, maxOutput: 1_000 },
      reply: () => ({ text: 'the Loire' }),
    });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, limits: ['1 call / 1h'] } },
      cache: true,
    });
    await overseer.run(NAME).result;
    expect(overseer.models()[0]?.limits[0]).toMatchObject({ used: 1 });
    const result = await overseer.run(NAME, { budget: { usd: 0.000001 } }).result;
    expect(result).toMatchObject({ status: 'completed', output: 'the Loire', cost: 0 });
    expect(overseer.models()[0]?.limits[0]).toMatchObject({ used: 1 });
  });

  it('M13: one of two equally good models answers for the other', async () => {
    const [one, two] = [counting(), counting()];
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: counting() }, b: { model: one }, c: { model: two } },
      cache: true,
    });
    await overseer.run(NAME).result;
    const hang = overseer.run({ tasks: [{ instruction: 'Other.' }, { instruction: 'Another.' }] });
    const second = overseer.run(NAME);
    expect(await second.result).toMatchObject({ usage: { calls: 0, cachedCalls: 1 } });
    await hang.result;
    expect(one.requests.length + two.requests.length).toBe(3);
  });

  it('M13 V1: an answer that was refused is given to nobody', async () => {
    const model = counting();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      validators: { odd: refusing((text) => text === 'answer 1') },
      cache: true,
    });
    const graph = { tasks: [{ key: 'n', instruction: 'Count.', checks: [{ kind: 'odd' }] }] };
    expect(await overseer.run(graph).result).toMatchObject({ output: 'answer 2' });
    // The second answer is one to a prompt that tells of the first; nobody else asks so.
    expect(await overseer.run(graph).result).toMatchObject({
      output: 'answer 3',
      usage: { calls: 1, cachedCalls: 0 },
    });
    expect(await overseer.run(graph).result).toMatchObject({
      output: 'answer 3',
      usage: { calls: 0, cachedCalls: 1 },
    });
  });

  it('M13 V1: a hit goes through its checks; what fails there is mended by a call, and never given again', async () => {
    const model = counting();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      validators: { fussy: refusing((_text, nth) => nth === 2) },
      cache: true,
    });
    const graph = { tasks: [{ key: 'n', instruction: 'Count.', checks: [{ kind: 'fussy' }] }] };
    await overseer.run(graph).result;
    const second = overseer.run(graph);
    expect(await second.result).toMatchObject({
      output: 'answer 2',
      usage: { calls: 1, cachedCalls: 1 },
    });
    expect(await eventsOf(second, 'attempt.ended')).toMatchObject([
      { data: { outcome: 'rejected' } },
    ]);
    expect(await overseer.run(graph).result).toMatchObject({
      output: 'answer 3',
      usage: { calls: 1, cachedCalls: 0 },
    });
  });

  it('M13: answers that were cut off, or that call tools, are not kept', async () => {
    const cut = fakeModel({ reply: () => ({ text: 'half' }) });
    const stream = cut.stream;
    const model: FakeModel = {
      ...cut,
      stream: async function* (request, ctx) {
        for await (const event of stream(request, ctx)) {
          yield event.type === 'finish' ? { ...event, reason: 'length' } : event;
        }
      },
    };
    await using overseer = await teamOf(model);
    for (let run = 1; run <= 2; run++) await overseer.run(NAME).result;
    // Each run asks anew, has it go on three times and asks with more room twice.
    expect(cut.requests).toHaveLength(12);
  });

  it('M13: a run, a task and a kind can do without', async () => {
    const model = counting();
    await using overseer = await teamOf(model, { kinds: ['write'] });
    const fresh = { tasks: [{ key: 'name', instruction: 'Name a river.', cache: false as const }] };
    const code = { tasks: [{ key: 'c', instruction: 'Code it.', kind: 'code' }] };
    for (const [graph, options] of [
      [NAME, {}],
      [NAME, { cache: false as const }],
      [fresh, {}],
      [code, {}],
      [code, {}],
      [NAME, {}],
    ] as const) {
      await overseer.run(graph, options).result;
    }
    expect(model.requests).toHaveLength(5);
  });

  it('M13: reviews are made anew unless the host names them', async () => {
    const calls = async (kinds: CacheOptions): Promise<number> => {
      const model = fakeModel({
        reply: ({ messages }) =>
          JSON.stringify(messages).includes('review-')
            ? { text: '{"verdict":"pass","score":1,"findings":[]}' }
            : { text: 'the Loire' },
      });
      await using overseer = await teamOf(model, kinds);
      const reviewed = { ...NAME.tasks[0], instruction: 'Name it.', checks: [{ kind: 'review' }] };
      for (let time = 1; time <= 2; time++) {
        const run = overseer.run({ tasks: [reviewed] });
        expect((await run.result).status).toBe('completed');
        // However fast the review is there: one verdict on the answer, one by the review, one on the review's answer.
        expect(await eventsOf(run, 'verdict.given')).toHaveLength(3);
      }
      return model.requests.length;
    };
    expect(await calls({})).toBe(3);
    expect(await calls({ kinds: ['write', 'review'] })).toBe(2);
  });

  it('M13 X4: an answer of one scope is never given to another', async () => {
    const model = counting();
    await using overseer = await teamOf(model, { scope: { tenant: 'acme' } });
    const outputs: (string | undefined)[] = [];
    for (const user of ['mia', 'max', 'mia', 'max']) {
      outputs.push((await overseer.run(NAME, { cache: { user } }).result).output);
    }
    expect(outputs).toEqual(['answer 1', 'answer 2', 'answer 1', 'answer 2']);
    const alone = counting();
    await using each = await teamOf(alone, { scope: 'run' });
    for (let run = 1; run <= 2; run++) await each.run(NAME).result;
    expect(alone.requests).toHaveLength(2);
  });

  it('M13 X4: without a word neither another user nor another tenant is given an answer', async () => {
    const outputs = async (scope: CacheOptions['scope']): Promise<readonly unknown[]> => {
      await using overseer = await teamOf(counting(), scope === undefined ? {} : { scope });
      const given: unknown[] = [];
      const whose = [
        { tenant: 't1', user: 'mia' },
        { tenant: 't2', user: 'mia' },
        { tenant: 't1', user: 'max' },
        { user: 'mia' },
        {},
        { tenant: 't1', user: 'mia' },
        {},
      ];
      for (const who of whose) given.push((await overseer.run(NAME, who).result).output);
      return given.map((output) => Number(String(output).slice('answer '.length)));
    };
    expect(await outputs(undefined)).toEqual([1, 2, 3, 4, 5, 1, 5]);
    expect(await outputs('tenant')).toEqual([1, 2, 1, 3, 3, 1, 3]);
    expect(await outputs('project')).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });

  it('M13 X4: nothing that a run says of itself makes it somebody whom the overseer knows', async () => {
    const claims = { user: 'mia', tenant: 'acme', run: 'r', project: 'p' };
    for (const scope of ['user', 'tenant', 'project', 'run'] as const) {
      const model = counting();
      await using overseer = await teamOf(model, { scope });
      await overseer.run(NAME, { user: 'mia', tenant: 'acme' }).result;
      for (const [name, value] of Object.entries(claims)) {
        await overseer.run(NAME, { cache: { [name]: value } }).result;
        await overseer.run(NAME, { user: 'mia', cache: { [name]: value } }).result;
      }
      const { usage } = await overseer.run(NAME, { cache: claims }).result;
      expect(usage.cachedCalls, scope).toBe(0);
      expect(model.requests.length, scope).toBe(scope === 'user' || scope === 'run' ? 10 : 6);
    }
  });

  it.each(['off', { user: 5 }, ['mia'], 3, true, { scope: 'run' }])(
    'M13: a run is refused that says of the cache %j',
    async (cache) => {
      const model = counting();
      await using overseer = await teamOf(model);
      expect(() => overseer.run(NAME, { cache: cache as never })).toThrow(
        expect.objectContaining({ code: 'config.cache' }),
      );
      expect(model.requests).toHaveLength(0);
    },
  );

  it('M13: an answer is given for its time, and no longer', async () => {
    const clock = createFakeClock();
    const model = counting();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      cache: { ttlMs: 60_000 },
      clock,
    });
    await overseer.run(NAME).result;
    clock.advance(59_999);
    expect(await overseer.run(NAME).result).toMatchObject({ output: 'answer 1' });
    clock.advance(1);
    expect(await overseer.run(NAME).result).toMatchObject({ output: 'answer 2' });
  });

  it('M13 R2: answers outlive the process that accepted them, as the journal does', async () => {
    const disk = mortalDisk();
    const model = counting();
    const open = (): Promise<Overseer> =>
      createOverseer({ overseer: 'a', models: { a: { model } }, cache: true, store: disk.open });
    const first = await open();
    await first.run(NAME).result;
    await disk.kill();
    await using second = await open();
    expect(await second.run(NAME).result).toMatchObject({
      output: 'answer 1',
      usage: { calls: 0, cachedCalls: 1 },
    });
  });

  it('M13 R2: a run that died after its hit goes on with it', async () => {
    const disk = mortalDisk();
    const model = counting();
    let isSlow = false;
    const slow: Validator = {
      spec: 'validator/1',
      tier: 'automated',
      validate: async () =>
        isSlow ? await new Promise<never>(() => undefined) : { kind: 'pass' as const },
    };
    const open = (): Promise<Overseer> =>
      createOverseer({
        overseer: 'a',
        models: { a: { model } },
        validators: { slow },
        cache: true,
        store: disk.open,
      });
    const graph = { tasks: [{ key: 'n', instruction: 'Count.', checks: [{ kind: 'slow' }] }] };
    const first = await open();
    await first.run(graph).result;
    isSlow = true;
    const { id } = first.run(graph);
    await until(() => first.unfinished()[0]?.id === id);
    while (!(await disk.events()).some(({ type, run }) => type === 'call.cached' && run === id)) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await disk.kill();
    isSlow = false;
    await using second = await open();
    const run = second.open(id);
    run.resume();
    expect(await run.result).toMatchObject({
      output: 'answer 1',
      usage: { calls: 0, cachedCalls: 1 },
    });
    expect(await eventsOf(run, 'call.cached')).toHaveLength(1);
  });
});
