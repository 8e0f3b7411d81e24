import { describe, expect, it } from 'vitest';
import { ModelError } from './errors/model-error.ts';
import { CODE, openBench, settle, silence } from './hedging.fixture.ts';

describe('what is told of two models that were asked', () => {
  it('K7, M14: progress gives the attempt to the model that answered', async () => {
    const { overseer, clock, b } = await openBench();
    const run = overseer.run({ tasks: [CODE] });
    await silence(clock, 1_100);
    b.calls[0]?.answer('from b');
    await settle();
    expect((await run.result).tasks[0]).toMatchObject({ model: 'b' });
    const { analytics, runs } = await overseer.progress({ run: run.id });
    expect(runs[0]?.work[0]).toMatchObject({ model: 'b', attempts: 1 });
    expect(analytics).toMatchObject([
      { model: 'a', attempts: 0, accepted: 0, quality: undefined },
      { model: 'b', attempts: 1, accepted: 1, quality: 1, calls: 1 },
    ]);
    await overseer.close();
  });

  it("R9, M14: the failure of the second model is told as that model's", async () => {
    const { overseer, clock, a, b } = await openBench();
    const run = overseer.run({ tasks: [CODE] });
    await silence(clock, 1_100);
    b.calls[0]?.fail(new ModelError('auth', 'bad key of b'));
    await settle();
    a.calls[0]?.answer('from a');
    expect((await run.result).status).toBe('completed');
    const { groups } = await overseer.failures(run.id);
    expect(groups).toMatchObject([
      {
        cause: 'auth',
        where: { kind: 'model', name: 'b' },
        message: 'bad key of b',
        lost: { ms: 0 },
      },
    ]);
    await overseer.close();
  });
});
