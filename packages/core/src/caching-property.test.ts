import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CacheAudit, equalCallsAtOnce } from './caching-audit.fixture.ts';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { inTime, mortalDisk } from './mortal-disk.fixture.ts';
import type { Overseer } from './overseer.ts';
import type { RunResult } from './run/run-result.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { Validator } from './spec/validator.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

/** What one host asks: one of a few tasks, after so many moments, perhaps taken back after some more. */
interface Asked {
  readonly task: number;
  readonly after: number;
  readonly cancelAfter: number | undefined;
}

const asked: fc.Arbitrary<Asked> = fc.record({
  task: fc.nat({ max: 2 }),
  after: fc.nat({ max: 12 }),
  cancelAfter: fc.option(fc.nat({ max: 6 }), { nil: undefined, freq: 4 }),
});

interface Play {
  readonly asked: readonly Asked[];
  /** What comes of each call in turn. */
  readonly calls: readonly ('right' | 'wrong' | 'fails')[];
  /** How long each call takes. */
  readonly moments: readonly number[];
  readonly concurrency: number;
  /** Moments after which the process dies, and another goes on. */
  readonly diesAfter: number | undefined;
}

const play: fc.Arbitrary<Play> = fc.record({
  asked: fc.array(asked, { minLength: 2, maxLength: 10 }),
  calls: fc.array(fc.constantFrom('right', 'right', 'wrong', 'fails'), { maxLength: 12 }),
  moments: fc.array(fc.nat({ max: 4 }), { maxLength: 12 }),
  concurrency: fc.integer({ min: 1, max: 3 }),
  diesAfter: fc.option(fc.nat({ max: 20 }), { nil: undefined }),
});

describe('the cache, whatever happens', () => {
  it('M13 L6 V1: usage is what the provider counts, answers are checked, equal calls are one', async () => {
    await fc.assert(
      fc.asyncProperty(play, async (script) => {
        const { events, results, requests } = await perform(script);
        const made = sum(results.map(({ usage }) => usage.calls + usage.failedCalls));
        // A call that is taken back at once may never have been sent.
        const isWhole =
          script.diesAfter === undefined &&
          script.asked.every(({ cancelAfter }) => cancelAfter === undefined);
        if (isWhole) expect(made).toBe(requests);
        else expect(made).toBeGreaterThanOrEqual(requests);
        for (const { status, output = '' } of results) {
          if (status === 'completed') expect(output).toMatch(/^right/);
        }
        const audit = new CacheAudit();
        expect(events.flatMap((event) => audit.take(event))).toEqual([]);
        expect(equalCallsAtOnce(events)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

interface Played {
  readonly events: readonly OverseerEvent[];
  readonly results: readonly RunResult[];
  readonly requests: number;
}

async function perform(script: Play): Promise<Played> {
  const clock = createFakeClock();
  const disk = mortalDisk();
  const model = modelOf(script);
  const open = (): Promise<Overseer> =>
    createOverseer({
      overseer: 'a',
      models: { a: { model, concurrency: script.concurrency } },
      validators: { right },
      cache: true,
      store: disk.open,
      clock,
    });
  const first = await open();
  const ids: string[] = [];
  const work = Promise.all(
    script.asked.map(async (asked) => await ask(first, asked, (id) => ids.push(id))),
  );
  if (script.diesAfter === undefined) {
    const results = await inTime(clock, work);
    await first.close();
    return { results, events: await disk.events(), requests: model.requests.length };
  }
  work.catch(() => undefined);
  await moments(script.diesAfter);
  await disk.kill();
  await moments(40);
  await using second = await open();
  const known = new Set((await disk.events()).map(({ run }) => run));
  const runs = ids.filter((id) => known.has(id)).map((id) => second.open(id));
  for (const run of runs) run.resume();
  const results = await inTime(clock, Promise.all(runs.map(({ result }) => result)));
  return { results, events: await disk.events(), requests: 0 };
}

async function ask(
  overseer: Overseer,
  { task, after, cancelAfter }: Asked,
  begun: (id: string) => void,
): Promise<RunResult> {
  await moments(after);
  const instruction = `Do number ${task}.`;
  const run = overseer.run({ tasks: [{ key: 't', instruction, checks: [{ kind: 'right' }] }] });
  begun(run.id);
  if (cancelAfter !== undefined) {
    await moments(cancelAfter);
    await run.cancel('enough');
  }
  return await run.result;
}

function modelOf(script: Play): FakeModel {
  return fakeModel({
    reply: async (_request, nth) => {
      await moments(script.moments[nth % Math.max(1, script.moments.length)] ?? 1);
      const what = script.calls[nth - 1] ?? 'right';
      return what === 'fails'
        ? { error: new ModelError('server', 'down') }
        : { text: `${what} ${nth}` };
    },
  });
}

const right: Validator = {
  spec: 'validator/1',
  tier: 'automated',
  validate: async ({ text }) => {
    await moments(1);
    return text.startsWith('right')
      ? { kind: 'pass' }
      : { kind: 'fail', findings: [{ message: 'wrong' }] };
  },
};

async function moments(count: number): Promise<void> {
  for (let at = 0; at < count; at++) await new Promise((resolve) => setImmediate(resolve));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
