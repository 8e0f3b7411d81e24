import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { settle, silence } from './hedging.fixture.ts';
import { type HeldModel, heldModel } from './held-model.fixture.ts';
import { mortalDisk } from './mortal-disk.fixture.ts';
import type { Overseer } from './overseer.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';

const HOUR = 3_600_000;

describe('overseer.progress of work that rested', () => {
  it('K7 K6: a pause in which nothing ran is no work, nor what is expected of the next task', async () => {
    const clock = createFakeClock();
    const model = heldModel('a');
    await using overseer = await openWith(model, clock);
    const run = overseer.run({ tasks: [task('one'), task('two', ['one'])] });
    await silence(clock, 100);
    await overseer.pause({ run: run.id });
    await silence(clock, 50);
    model.calls[0]?.answer('x');
    await settle();
    // The answer of a call under way is taken, and no other task begins.
    await silence(clock, HOUR);
    await overseer.resume({ run: run.id });
    await silence(clock, 20);
    const { runs, analytics } = await overseer.progress();
    expect(analytics).toMatchObject([{ model: 'a', accepted: 1, meanMs: 150 }]);
    expect(runs[0]?.work).toMatchObject([
      { standing: 'done', workedMs: 150 },
      { standing: 'running', workedMs: 20, expectedMs: 150, endsAt: clock.now() + 130 },
    ]);
    model.calls[1]?.answer('x');
    await run.result;
  });

  it('K7 R1: the time in which its process was dead is no work of an attempt', async () => {
    const clock = createFakeClock();
    const disk = mortalDisk();
    const first = await openWith(heldModel('a'), clock, disk.open);
    const run = first.run({ tasks: [task('one')] });
    await silence(clock, 100);
    await disk.kill();
    clock.advance(HOUR);
    const model = heldModel('a');
    await using second = await openWith(model, clock, disk.open);
    const left = (await second.progress()).runs[0];
    expect(left).toMatchObject({ status: 'suspended', work: [{ workedMs: 0 }] });
    second.open(run.id).resume();
    await silence(clock, 70);
    model.calls[0]?.answer('x');
    await settle();
    const over = (await second.progress({ run: run.id })).runs[0];
    expect(over).toMatchObject({ status: 'completed', work: [{ workedMs: 70 }] });
  });
});

function task(key: string, needs: readonly string[] = []) {
  return { key, needs, instruction: 'x' };
}

function openWith(
  model: HeldModel,
  clock: FakeClock,
  store?: ReturnType<typeof mortalDisk>['open'],
): Promise<Overseer> {
  return createOverseer({
    overseer: 'a',
    models: { a: { model } },
    clock,
    graceMs: 0,
    ...(store === undefined ? {} : { store }),
  });
}
