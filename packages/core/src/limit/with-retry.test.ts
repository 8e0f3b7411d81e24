import { describe, expect, it } from 'vitest';
import { ModelError } from '../errors/model-error.ts';
import { OverseerError } from '../errors/overseer-error.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { createBreaker } from './create-breaker.ts';
import { type RetryOptions, withRetry } from './with-retry.ts';

describe('withRetry', () => {
  it('R9: waits longer and longer, within bounds, and gives what the work gives', async () => {
    const { result, waits } = await played(
      (attempt) => {
        if (attempt < 5) throw new Error('not yet');
        return attempt;
      },
      { maxMs: 4_000 },
    );
    expect([result, waits]).toEqual([5, [1_000, 2_000, 4_000, 4_000]]);
  });

  it('R9: waits a random part of each bound', async () => {
    const { waits } = await played(failing(new Error('x')), { attempts: 3, random: () => 0.25 });
    expect(waits).toEqual([250, 500]);
  });

  it('R9: waits as long as it is asked to, and the jitter on top', async () => {
    const busy = new ModelError('rate-limit', 'later', { retryAfterMs: 7_000 });
    const { waits } = await played(failing(busy), { attempts: 2, random: () => 0.5 });
    expect(waits).toEqual([7_500]);
  });

  it('R9: waits as if nothing had been asked where the wait is none', async () => {
    const waits = [Number.NaN, Number.POSITIVE_INFINITY, -5].map(async (retryAfterMs) => {
      const busy = Object.assign(new Error('later'), { retryAfterMs });
      return (await played(failing(busy), { attempts: 2, random: () => 0.5 })).waits;
    });
    expect(await Promise.all(waits)).toEqual([[500], [500], [500]]);
  });

  it.each([
    ['the last error after as many tries as allowed', new Error('x'), 5],
    ['what no other try can cure at once', new ModelError('auth', 'no'), 1],
    ['a refusal at once', new OverseerError('x.y', 'no'), 1],
    ['an abort at once', new DOMException('stop', 'AbortError'), 1],
  ])('R9: throws %s', async (_, error, tries) => {
    let made = 0;
    const { thrown } = await played(() => {
      made += 1;
      throw error;
    });
    expect([thrown, made]).toEqual([error, tries]);
  });

  it('R9: begins no wait that would pass its time', async () => {
    const { waits, thrown } = await played(failing(new Error('x')), { withinMs: 2_500 });
    expect(waits).toEqual([1_000]);
    expect(thrown).toMatchObject({ message: 'x' });
  });

  it('R9: leaves a wait as soon as its signal aborts, and tries nothing before', async () => {
    const clock = createFakeClock();
    const stop = new AbortController();
    let made = 0;
    const work = withRetry(
      () => {
        made += 1;
        throw new Error('x');
      },
      { clock, signal: stop.signal },
    );
    await Promise.resolve();
    stop.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
    expect([made, clock.untilNextMs]).toEqual([1, undefined]);
    await expect(withRetry(() => made++, { signal: stop.signal })).rejects.toThrow('enough');
    expect(made).toBe(1);
  });

  it('R9 R10: waits for a breaker that is open until it lets one try', async () => {
    const clock = createFakeClock();
    const breaker = createBreaker({ name: 'the webhook', failures: 1, firstMs: 30_000, clock });
    let made = 0;
    const { result, waits } = await played(
      () =>
        breaker.run(async () => {
          made += 1;
          if (made === 1) throw new Error('down');
          return 'sent';
        }),
      { clock, random: () => 0 },
    );
    expect([result, made, breaker.state]).toEqual(['sent', 2, 'closed']);
    expect(waits.at(-1)).toBe(30_000);
  });
});

function failing(error: Error): () => never {
  return () => {
    throw error;
  };
}

interface Played<T> {
  readonly result: T | undefined;
  readonly thrown: unknown;
  readonly waits: readonly number[];
}

/** Plays the waits at once, and says how long each was. */
async function played<T>(
  work: (attempt: number) => Promise<T> | T,
  options: RetryOptions & { readonly clock?: ReturnType<typeof createFakeClock> } = {},
): Promise<Played<T>> {
  const clock = options.clock ?? createFakeClock();
  const waits: number[] = [];
  let isOver = false;
  const over = withRetry(work, {
    random: () => 1,
    ...options,
    clock,
    onRetry: ({ waitMs }) => waits.push(waitMs),
  })
    .then(
      (result) => ({ result, thrown: undefined }),
      (thrown: unknown) => ({ result: undefined, thrown }),
    )
    .finally(() => {
      isOver = true;
    });
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(clock.untilNextMs ?? 0);
  }
  return { ...(await over), waits };
}
