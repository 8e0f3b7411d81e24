import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { until } from './mortal-disk.fixture.ts';
import type { OverseerOptions } from './options.ts';
import type { Limit } from './spec/limit.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

const model = fakeModel({ reply: () => ({ text: 'x' }) });
const twice: readonly Limit[] = ['5 calls / 5h', '10 calls / 5h'];

async function open(options: Partial<OverseerOptions>, limits: readonly Limit[] = []) {
  await using overseer = await createOverseer({
    overseer: 'm',
    models: { m: { model, limits } },
    ...options,
  });
  return overseer.models().length;
}

describe('limits that say two things', () => {
  it.each<[string, Partial<OverseerOptions>, readonly Limit[]]>([
    ['a model', {}, twice],
    ['a pool', { pools: { both: { of: ['m'], limits: twice } } }, []],
    ['everything', { limits: [{ per: 'all', limits: twice }] }, []],
    ['a user', { limits: twice.map((limit) => ({ per: 'user', of: 'mia', limits: [limit] })) }, []],
  ])('L1 X5: of %s are refused, by its name', async (_, options, limits) => {
    await expect(open(options, limits)).rejects.toMatchObject({
      code: 'config.limit',
      message: expect.stringMatching(
        /^The limits of the .+ contradict each other: "5 calls \/ 5h"/,
      ),
    });
  });

  it('L1: the same limit holds for several owners', async () => {
    const limits = [{ per: 'all' as const, limits: ['5 calls / 5h' as const] }];
    expect(await open({ limits }, ['5 calls / 5h'])).toBe(1);
  });

  it('L1 L3 X5: one that is no limit is refused with its owner, whatever it is', async () => {
    for (const wrong of [null, 5, { metric: 'calls', capacity: '5', windowMs: 1 }]) {
      await expect(open({}, [wrong as unknown as Limit])).rejects.toMatchObject({
        code: 'config.limit',
        message: expect.stringMatching(/^A limit of the model m is wrong\. /),
      });
    }
  });
});

describe('calls of a model at once', () => {
  const night = { from: '22:00', to: '06:00', capacity: 12 } as const;
  it.each<[string, readonly Limit[], number | undefined, number]>([
    ['as many as its limits say', ['8 at once'], undefined, 8],
    [
      'as many as they ever say',
      [{ metric: 'concurrency', capacity: 2, schedule: [night] }],
      undefined,
      12,
    ],
    ['the least that is said', ['8 at once'], 3, 3],
    ['four where nobody says anything', ['90 calls / 1h'], undefined, 4],
  ])('L1 K4: are %s', async (_, limits, concurrency, most) => {
    const clock = createFakeClock(Date.UTC(2026, 0, 1, 23));
    const slow = fakeModel({
      reply: () => new Promise((resolve) => clock.after(1_000, () => resolve({ text: 'x' }))),
    });
    const entry = { model: slow, limits, ...(concurrency === undefined ? {} : { concurrency }) };
    await using overseer = await createOverseer({ overseer: 'm', models: { m: entry }, clock });
    const run = overseer.run({
      tasks: Array.from({ length: 2 * most }, () => ({ instruction: 'x' })),
    });
    await until(() => overseer.queue().length === most);
    expect(slow.requests).toHaveLength(most);
    clock.advance(1_000);
    await until(() => slow.requests.length === 2 * most);
    clock.advance(1_000);
    expect((await run.result).status).toBe('completed');
  });
});
