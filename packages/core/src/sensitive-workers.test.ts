import { describe, expect, it, onTestFinished } from 'vitest';
import { sensitive } from './internal/sensitive-mark.ts';
import type { SensitiveKeys } from './journal/sealed-values.ts';
import type { OverseerOptions } from './options.ts';
import type { OpenTransport } from './spec/transport.ts';
import { toolThat } from './tool-calls.fixture.ts';
import { saidBy, workersPlace } from './workers.fixture.ts';

const KEYS: SensitiveKeys = { current: 'new', keys: { new: Buffer.alloc(32, 1) } };
const OTHER: SensitiveKeys = { current: 'other', keys: { other: Buffer.alloc(32, 2) } };

/** Overseers and workers, and all that lay between them. */
function watchedPlace() {
  const there = workersPlace(onTestFinished);
  const between: unknown[] = [];
  const transport: OpenTransport = async () => {
    const inner = await there.remote.transport();
    return {
      ...inner,
      enqueue: async (epoch, jobs) => {
        between.push(structuredClone(jobs));
        await inner.enqueue(epoch, jobs);
      },
      settle: async (claim, reply) => {
        between.push(structuredClone(reply));
        return await inner.settle(claim, reply);
      },
    };
  };
  const seen: unknown[] = [];
  const pay = toolThat(
    async (input) => {
      seen.push(input);
      return 'paid';
    },
    { sensitive: ['pin'] },
  );
  const team: Partial<OverseerOptions> = {
    ...there.remote,
    transport,
    tools: { pay },
    roles: { worker: { text: 'Work.', tools: ['pay'] } },
  };
  return { there, between, transport, team, seen };
}

const request = {
  tasks: [{ key: 'one', instruction: `Pay ${sensitive('Ada Byron')}.`, role: 'worker' }],
};

describe('a call that a worker makes', () => {
  it('X2 R12: waits sealed, and so does its answer, for who has the key', async () => {
    const { there, between, transport, team, seen } = watchedPlace();
    let nth = 0;
    const reply = () =>
      ++nth === 1
        ? { toolCalls: [{ name: 'pay', input: { pin: 'sesame', to: 'Ada Byron' } }] }
        : { text: 'Ada Byron was paid.' };
    await there.startWorker('w1', reply, { transport, sensitive: { keys: KEYS } });
    const overseer = await there.start('first', { ...team, sensitive: { keys: KEYS } }).overseer;
    const run = overseer.run(request);
    await there.advance(3_000);
    expect(await run.result).toMatchObject({ output: 'Ada Byron was paid.' });
    expect(seen).toEqual([{ pin: 'sesame', to: 'Ada Byron' }]);
    expect(between).toHaveLength(4);
    // With its blank: three letters alone may stand in what is sealed by chance.
    for (const secret of ['Byron', 'sesame', 'Pay ']) {
      expect(JSON.stringify(between)).not.toContain(secret);
    }
    const events = JSON.stringify(await there.events());
    for (const secret of ['Byron', 'sesame']) expect(events).not.toContain(secret);
    // What only stood beside something sensitive is not looked for in what comes later.
    expect(events).toContain('was paid');
  });

  it.each([
    ['none', {}],
    ['another', { sensitive: { keys: OTHER } }],
  ])('X2 R12: is not made by a worker whose key is %s, and that is said', async (_name, keys) => {
    const { there, transport, team } = watchedPlace();
    await there.startWorker('w1', () => ({ text: 'fine' }), { transport, ...keys });
    const overseer = await there.start('first', { ...team, sensitive: { keys: KEYS } }).overseer;
    void overseer.run(request).result;
    await there.advance(2_000);
    expect(there.worked).toEqual([]);
    expect(saidBy(await there.events(), 'call.failed')[0]).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('give createWorker the keys'),
      settled: { microUsd: 0 },
    });
  });

  it('X2 R12: whose answer is sealed is not used by an overseer without the key, and that is said', async () => {
    const { there, transport, team } = watchedPlace();
    const both = { current: 'other', keys: { ...KEYS.keys, ...OTHER.keys } };
    await there.startWorker('w1', () => ({ text: 'fine' }), {
      transport,
      sensitive: { keys: both },
    });
    const overseer = await there.start('first', { ...team, sensitive: { keys: KEYS } }).overseer;
    void overseer.run(request).result;
    await there.advance(2_000);
    expect(saidBy(await there.events(), 'call.failed')[0]).toMatchObject({
      message: expect.stringContaining('under a key that this overseer does not have'),
    });
  });

  it('R12: waits as it always did where there are no keys', async () => {
    const { there, between, transport, team } = watchedPlace();
    await there.startWorker('w1', () => ({ text: 'fine' }), {
      transport,
      sensitive: { keys: KEYS },
    });
    const overseer = await there.start('first', team).overseer;
    const run = overseer.run({ tasks: [{ instruction: 'Say it.' }] });
    await there.advance(2_000);
    expect(await run.result).toMatchObject({ output: 'fine' });
    expect(JSON.stringify(between)).toContain('Say it.');
    expect(JSON.stringify(between)).not.toContain('sealed');
  });
});
