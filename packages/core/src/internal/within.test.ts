import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.ts';
import { Cancellation } from './cancellation.ts';
import { Deadlines } from './deadlines.ts';
import { type Patience, within } from './within.ts';

function wait(
  work: Promise<string>,
  cancel = new Cancellation(),
  answers: Partial<Pick<Patience<string, string>, 'done' | 'failed' | 'late'>> = {},
) {
  const clock = createFakeClock();
  const own = new Cancellation();
  const answer = within(work, own, {
    cancel,
    deadlines: new Deadlines(clock),
    timeoutMs: 1_000,
    done: (value) => value,
    failed: (error) => Promise.reject(error),
    late: () => 'late',
    ...answers,
  });
  return { answer, clock, own, cancel };
}

describe('within', () => {
  it('T1: gives what the work gives, and lets go of clock and cancellation', async () => {
    const { answer, clock, cancel, own } = wait(Promise.resolve('done'));
    expect(await answer).toBe('done');
    expect(clock.pending).toBe(0);
    cancel.abort('too late');
    expect(own.aborted).toBe(false);
    await expect(wait(Promise.reject(new Error('no'))).answer).rejects.toThrow('no');
  });

  it('T1 K6: work that fails once nobody waits for it is nobody else’s business', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const works = [0, 1, 2].map(() => Promise.withResolvers<string>());
    const [late, cancelled, never] = works.map(({ promise }) => promise);
    if (late === undefined || cancelled === undefined || never === undefined) throw new Error('no');
    const first = wait(late);
    first.clock.advance(1_100);
    expect(await first.answer).toBe('late');
    const second = wait(cancelled);
    second.cancel.abort('enough');
    await expect(second.answer).rejects.toBe('enough');
    expect(second.own.reason).toBe('enough');
    await expect(wait(never, second.cancel).answer).rejects.toBe('enough');
    for (const { reject } of works) reject(new Error('out of order'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('T1: what is thrown while somebody reads what came of the work comes to whoever waits', async () => {
    const fail = (): never => {
      throw new Error('unreadable');
    };
    const answers = { done: fail, failed: fail, late: fail };
    const cancel = new Cancellation();
    await expect(wait(Promise.resolve('a'), cancel, answers).answer).rejects.toThrow('unreadable');
    const failing = Promise.reject(new Error('no'));
    await expect(wait(failing, cancel, answers).answer).rejects.toThrow('unreadable');
    const late = wait(new Promise(() => undefined), cancel, answers);
    late.clock.advance(1_100);
    await expect(late.answer).rejects.toThrow('unreadable');
  });
});
