import { describe, expect, it } from 'vitest';
import { SharedWork } from './shared-work.ts';

describe('shared work', () => {
  it('K6: goes on while anybody waits, and is given up when all have left', async () => {
    const work = new SharedWork<string>({
      where: 'test',
      what: 'it was not done',
      limitMs: 10_000,
      option: 'limitMs',
    });
    let begun = 0;
    let given: AbortSignal | undefined;
    const begin = (signal: AbortSignal): Promise<string> => {
      begun++;
      given = signal;
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      );
    };
    const [first, second] = [new AbortController(), new AbortController()];
    const waits = [first, second].map(({ signal }) => work.join(signal, begin));
    first.abort();
    await expect(waits[0]).rejects.toMatchObject({ kind: 'aborted' });
    expect(given?.aborted).toBe(false);
    second.abort();
    await expect(waits[1]).rejects.toMatchObject({ kind: 'aborted' });
    expect(given?.aborted).toBe(true);
    expect(await work.join(AbortSignal.timeout(5000), () => Promise.resolve('anew'))).toBe('anew');
    expect(begun).toBe(1);
  });
});
