import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { createFailureLedger } from './observe/failure-ledger.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { type FakeReply, fakeModel } from './testing/fake-model.ts';

describe('failures', () => {
  it('R9: says what failed, where, how often, what was tried, what it cost and what to do', async () => {
    const clock = createFakeClock();
    const startAt = clock.now();
    const replies: readonly FakeReply[] = [
      { error: new ModelError('server', 'it broke') },
      { error: new ModelError('server', 'it broke again') },
      { text: 'half ', reason: 'length' },
      { text: 'of it' },
    ];
    const main = fakeModel({ reply: (_, nth) => replies[nth - 1] ?? { text: 'ok' } });
    await using overseer = await createOverseer({
      overseer: 'main',
      models: { main: { model: main } },
      clock,
    });
    const run = overseer.run({ tasks: [{ key: 'one', instruction: 'Do it.' }] });
    let isOver = false;
    const result = run.result.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(clock.untilNextMs ?? 0);
    }
    expect((await result).status).toBe('completed');
    const { groups, times, more, lost } = await overseer.failures(run.id);
    expect([times, more]).toEqual([3, 0]);
    expect(groups).toMatchObject([
      {
        cause: 'server',
        where: { kind: 'model', name: 'main' },
        times: 2,
        firstAt: startAt,
        message: 'it broke again',
        tried: { wait: 2 },
        tasks: ['one'],
        taskCount: 1,
        open: [],
      },
      { cause: 'cut-answer', times: 1, tried: { 'go-on': 1 }, lost: { ms: 0, outputTokens: 0 } },
    ]);
    expect(groups[0]?.lost.ms).toBeGreaterThan(1_000);
    expect(lost.ms).toBe(groups[0]?.lost.ms);
    expect(groups[0]?.remedy).toContain('fallback');
  });

  it('R9: counts what refused answers cost, who took over, and what is left open', async () => {
    const refuse = {
      spec: 'validator/1' as const,
      tier: 'automated' as const,
      validate: () => ({ kind: 'fail' as const, findings: [{ message: 'It is wrong.' }] }),
    };
    const denied = fakeModel({ reply: () => ({ error: new ModelError('auth', 'no such key') }) });
    const main = fakeModel({ reply: () => ({ text: 'wrong' }) });
    await using overseer = await createOverseer({
      overseer: 'denied',
      models: {
        denied: { model: denied, role: 'worker', fallback: ['main'] },
        main: { model: main, price: { input: 1, output: 1 } },
      },
      validators: { refuse },
      maxAttempts: 3,
    });
    const run = overseer.run({
      tasks: [{ key: 'one', instruction: 'Do it.', checks: [{ kind: 'refuse' }] }],
    });
    expect((await run.result).status).toBe('failed');
    const { groups } = await overseer.failures(run.id);
    expect(groups).toMatchObject([
      {
        cause: 'refused',
        where: { kind: 'check', name: 'refuse' },
        times: 2,
        message: 'It is wrong.',
        tried: { 'ask-again': 1 },
        open: ['one'],
      },
      {
        cause: 'auth',
        times: 1,
        tried: { 'another-model': 1 },
        lost: { inputTokens: 0, microUsd: 0 },
      },
    ]);
    expect(groups[0]?.lost.microUsd).toBeGreaterThan(0);
    await expect(overseer.failures('nobody')).rejects.toMatchObject({ code: 'run.unknown' });
  });

  it('R9: has a bounded number of groups, and counts what is in none', () => {
    const ledger = createFailureLedger();
    for (let at = 1; at <= 60; at++) {
      ledger.take({
        ...{ id: `${at}`, stream: 's', seq: at, at, v: 1, epoch: 1, actor: 'overseer' },
        ...{ run: 'r', task: `t${at}`, type: 'task.failed', data: { because: 'no model' } },
      });
    }
    const { groups, more, times } = ledger.report();
    expect([groups.length, more, times]).toEqual([50, 10, 60]);
    expect(groups[0]).toMatchObject({ cause: 'not-begun', open: ['t1'], message: 'no model' });
  });
});
