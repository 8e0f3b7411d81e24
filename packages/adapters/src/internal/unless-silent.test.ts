import { createFakeClock } from '@overseer/core/testing';
import { describe, expect, it } from 'vitest';
import { unlessSilent } from './unless-silent.ts';

const never = (): Promise<never> => new Promise(() => undefined);

function setting() {
  const clock = createFakeClock();
  const stop = new AbortController();
  return { clock, stop, silence: { clock, mostMs: 100, where: 'there', signal: stop.signal } };
}

describe('what must not fall silent', () => {
  it('M13 M18: gives its answer, and leaves no timer', async () => {
    const { clock, silence } = setting();
    await expect(unlessSilent(silence, async () => 7)).resolves.toBe(7);
    await expect(unlessSilent(silence, () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    );
    expect(clock.pending).toBe(0);
  });

  it('M13 M18: is given up when no word comes, though it does not listen', async () => {
    const { clock, silence } = setting();
    let given: AbortSignal | undefined;
    const asked = unlessSilent(silence, (signal) => {
      given = signal;
      return never();
    });
    clock.advance(99);
    expect(given?.aborted).toBe(false);
    clock.advance(1);
    await expect(asked).rejects.toMatchObject({ kind: 'timeout', retryable: true });
    expect(given?.aborted).toBe(true);
  });

  it('M13: goes on as long as words come', async () => {
    const { clock, silence } = setting();
    const asked = unlessSilent(silence, async (_, heard) => {
      for (let nth = 0; nth < 5; nth++) {
        clock.advance(90);
        heard();
      }
      return 'all';
    });
    await expect(asked).resolves.toBe('all');
  });

  it('M13 K6: ends with whoever asked, at once', async () => {
    const { clock, stop, silence } = setting();
    const asked = unlessSilent(silence, never);
    stop.abort();
    await expect(asked).rejects.toMatchObject({ kind: 'aborted' });
    await expect(unlessSilent(silence, never)).rejects.toMatchObject({ kind: 'aborted' });
    expect(clock.pending).toBe(0);
  });
});
