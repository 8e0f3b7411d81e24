import { describe, expect, it } from 'vitest';
import { answers, begun, calls, done, fails, tell, waits } from './told.fixture.ts';

describe('the attempts of progress', () => {
  it('K7, M14: an attempt is of the model that answered, where two were asked', () => {
    const steps = [
      ...begun(),
      [0, calls('c1', 'm')],
      [10, calls('c2', 'n', 'c1')],
      [20, fails('c1', 'm', 'aborted', 'c2')],
      [20, answers('c2', 'n')],
    ] as const;
    const during = tell(steps);
    expect(during?.work[0]).toMatchObject({ standing: 'running', model: 'n' });
    expect(during?.recovery.attempts).toMatchObject([{ model: 'n', recordedCalls: 1 }]);
    const after = tell([...steps, [30, done('a', 'x1')]]);
    expect(after?.work[0]).toMatchObject({ standing: 'done', model: 'n' });
    expect(after?.analytics).toMatchObject([
      { model: 'n', attempts: 1, accepted: 1, quality: 1, calls: 1 },
    ]);
  });

  it('K7, M14: what one of two gave counts only where the other gives nothing', () => {
    const spare = [
      ...begun(),
      [0, calls('c1', 'm')],
      [10, calls('c2', 'n', 'c1')],
      [20, answers('c2', 'n', 'length')],
    ] as const;
    const open = tell(spare);
    expect(open?.recovery.attempts).toMatchObject([{ model: 'm', recordedCalls: 0 }]);
    const failed = tell([...spare, [30, fails('c1', 'm', 'server')]]);
    expect(failed?.recovery.attempts).toMatchObject([{ model: 'n', recordedCalls: 1 }]);
    const whole = tell([...spare, [30, answers('c1', 'm')]]);
    expect(whole?.recovery.attempts).toMatchObject([{ model: 'm', recordedCalls: 1 }]);
  });

  it("K7, T5: a wait for a tool's quota ends when the tool is called, or its model is told to do without", () => {
    const steps = [
      ...begun(),
      [0, calls('c1', 'm')],
      [10, answers('c1', 'm', 'tool-calls')],
      [10, waits('a', 'tool t: 1/1 call, resets in 1 s', 1_010)],
    ] as const;
    expect(tell(steps, 500)?.work[0]).toMatchObject({ standing: 'limited', limitedMs: 490 });
    const called = { id: 't1', name: 't', input: {}, effect: 'idempotent' } as const;
    const on = { task: 'a', attempt: 'x1' };
    const goesOn = tell([...steps, [1_010, { type: 'tool.started', ...on, data: called }]], 9_000);
    expect(goesOn?.work[0]).toMatchObject({
      ...{ standing: 'running', limitedMs: 1_000, workedMs: 8_000, waitsFor: undefined },
    });
    expect(goesOn?.limits.waits).toMatchObject([{ what: '1 call', kind: 'limit', ms: 1_000 }]);
    const refused = { id: 't1', name: 't', output: 'no', isError: true, refused: 'quota' } as const;
    const without = tell([...steps, [310, { type: 'tool.finished', ...on, data: refused }]], 400);
    expect(without?.work[0]).toMatchObject({ standing: 'running', limitedMs: 300, workedMs: 100 });
  });

  it('K7 L4: a call that was not sent for other processes begins a wait, and is none', () => {
    const on = { kind: 'limit', what: 'key k, over all processes: 5 calls', model: 'm' } as const;
    const place = { task: 'a', attempt: 'x1', call: 'c1', model: 'm' };
    const withheld = { type: 'call.withheld', ...place, data: { because: 'no room', on } } as const;
    const steps = [
      ...begun(),
      [0, calls('c1', 'm')],
      [10, withheld],
      [510, calls('c2', 'm')],
      [610, answers('c2', 'm')],
    ] as const;
    expect(tell(steps)?.work[0]).toMatchObject({ limitedMs: 500, workedMs: 110, attempts: 1 });
    expect(tell(steps)?.limits.waits).toMatchObject([{ what: on.what, kind: 'limit', ms: 500 }]);
    expect(tell(steps)?.recovery.attempts).toMatchObject([{ model: 'm', recordedCalls: 1 }]);
  });
});
