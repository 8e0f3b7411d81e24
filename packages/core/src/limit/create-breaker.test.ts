import { describe, expect, it } from 'vitest';
import { ModelError } from '../errors/model-error.ts';
import { ToolError } from '../errors/tool-error.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { type Breaker, createBreaker } from './create-breaker.ts';

const fails = (error: unknown) => () => Promise.reject(error);
const works = () => Promise.resolve('fine');

async function failing(breaker: Breaker, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    await breaker.run(fails(new Error('gone'))).catch(() => undefined);
  }
}

describe('createBreaker', () => {
  it('R10: opens, refuses without trying, probes and closes by itself, and tells each change', async () => {
    const clock = createFakeClock();
    const changes: string[] = [];
    const breaker = createBreaker({
      name: 'the search service',
      clock,
      onChange: ({ state }) => changes.push(state),
    });
    await failing(breaker, 3);
    let tried = 0;
    const counted = async (): Promise<string> => {
      tried += 1;
      return 'fine';
    };
    await expect(breaker.run(counted)).rejects.toMatchObject({
      code: 'breaker.open',
      retryable: true,
      untilAt: clock.now() + 5_000,
      message:
        'the search service is left alone after failures (gone (3 times in a row)); it is tried again in 5 s.',
    });
    expect(tried).toBe(0);
    clock.advance(5_000);
    expect(await breaker.run(counted)).toBe('fine');
    expect(breaker).toMatchObject({ state: 'closed', failures: 0, untilAt: undefined });
    expect(changes).toEqual(['open', 'probing', 'closed']);
  });

  it('R10: of many that come at once exactly one is the probe', async () => {
    const clock = createFakeClock();
    const breaker = createBreaker({ name: 'x', clock });
    await failing(breaker, 3);
    clock.advance(5_000);
    let tried = 0;
    let end: () => void = () => undefined;
    const hangs = async (): Promise<void> => {
      tried += 1;
      await new Promise<void>((resolve) => {
        end = resolve;
      });
    };
    const calls = Array.from({ length: 100 }, () => breaker.run(hangs));
    const settled = Promise.allSettled(calls);
    end();
    const outcomes = await settled;
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(tried).toBe(1);
    expect(await breaker.run(works)).toBe('fine');
  });

  it('R10: an answer that is no is an answer, and an abort says nothing', async () => {
    const breaker = createBreaker({ name: 'x', failures: 1, clock: createFakeClock() });
    const no = new ToolError('tool.path', 'no such file');
    await expect(breaker.run(fails(no))).rejects.toBe(no);
    await breaker.run(fails(new DOMException('enough', 'AbortError'))).catch(() => undefined);
    expect(breaker.state).toBe('closed');
    await breaker.run(fails(new ToolError('tool.x', 'y', { retryable: true }))).catch(() => 0);
    expect(breaker.state).toBe('open');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -5])(
    'R10: closes again where the error asks to wait for %d ms',
    async (retryAfterMs) => {
      const clock = createFakeClock();
      const breaker = createBreaker({ name: 'the search service', clock });
      for (let time = 0; time < 3; time++) {
        const error = Object.assign(new Error('gone'), { retryAfterMs });
        await breaker.run(fails(error)).catch(() => undefined);
      }
      expect([breaker.state, breaker.untilAt]).toEqual(['open', clock.now() + 5_000]);
      clock.advance(5_000);
      expect(await breaker.run(works)).toBe('fine');
      expect(breaker.state).toBe('closed');
    },
  );

  it('R10: is left alone as long as the error asks, and slow work counts as bad', async () => {
    const clock = createFakeClock();
    const asked = createBreaker({ name: 'x', failures: 1, clock });
    const later = new ModelError('overloaded', 'later', { retryAfterMs: 90_000 });
    await asked.run(fails(later)).catch(() => undefined);
    expect(asked.untilAt).toBe(clock.now() + 90_000);
    const slow = createBreaker({ name: 'y', slowMs: 1_000, clock });
    for (let time = 0; time < 10; time++) {
      await slow.run(async () => clock.advance(1_001));
    }
    expect(slow.state).toBe('open');
  });
});
