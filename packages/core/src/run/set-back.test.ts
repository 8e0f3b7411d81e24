import { describe, expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import { ModelError } from '../errors/model-error.ts';
import { inTime, mortalDisk } from '../mortal-disk.fixture.ts';
import { createFakeClock, type FakeClock } from '../testing/fake-clock.ts';
import { fakeModel } from '../testing/fake-model.ts';

const HOUR_MS = 3_600_000;

/** A clock that counts how much time went by, whatever its hands say. */
function counted(clock: FakeClock): { readonly clock: FakeClock; elapsedMs(): number } {
  let elapsedMs = 0;
  const advance = (ms: number): void => {
    elapsedMs += ms;
    clock.advance(ms);
  };
  return {
    clock: Object.create(clock, { advance: { value: advance } }),
    elapsedMs: () => elapsedMs,
  };
}

describe('a clock that is set back', () => {
  it('L1 K3: does not make a window last until the old time comes round', async () => {
    const { clock, elapsedMs } = counted(createFakeClock());
    const model = fakeModel({ reply: () => ({ text: 'x' }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, limits: ['1 call / 20s'] } },
      clock,
    });
    clock.after(5_000, () => clock.set(clock.now() - HOUR_MS));
    const run = overseer.run({ tasks: [{ instruction: 'x' }, { instruction: 'y' }] });
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
    expect(elapsedMs()).toBeGreaterThanOrEqual(20_000);
    expect(elapsedMs()).toBeLessThan(60_000);
  });

  it('R9 R10: does not make a failed call or a model that is down wait longer than was left', async () => {
    const { clock, elapsedMs } = counted(createFakeClock());
    const busy = new ModelError('rate-limit', 'busy', { retryAfterMs: 10_000 });
    const model = fakeModel({ reply: (_, nth) => (nth === 1 ? { error: busy } : { text: 'x' }) });
    await using overseer = await createOverseer({ overseer: 'a', models: { a: { model } }, clock });
    clock.after(5_000, () => clock.set(clock.now() - HOUR_MS));
    const run = overseer.run({ tasks: [{ instruction: 'x' }] });
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
    expect(elapsedMs()).toBeGreaterThanOrEqual(10_000);
    expect(elapsedMs()).toBeLessThan(60_000);
  });

  it('L1 K3: does not make a task wait longer that was chosen a model for and then proved too large', async () => {
    const { clock, elapsedMs } = counted(createFakeClock());
    const usage = { input: { total: 3_000 }, output: { total: 1_000 } };
    const model = fakeModel({ reply: () => ({ text: 'word '.repeat(700), usage }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, limits: ['4000 input tokens / 20s'] } },
      clock,
    });
    clock.after(5_000, () => clock.set(clock.now() - HOUR_MS));
    const run = overseer.run({
      tasks: [
        { key: 'one', instruction: 'x' },
        { key: 'two', instruction: 'y', needs: ['one'] },
      ],
    });
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
    expect(elapsedMs()).toBeGreaterThanOrEqual(20_000);
    expect(elapsedMs()).toBeLessThan(60_000);
  });

  it('L1 R2: that was set back while nobody was there does not make the next process wait', async () => {
    const disk = mortalDisk();
    const { clock, elapsedMs } = counted(createFakeClock());
    const model = fakeModel({ reply: () => ({ text: 'x' }) });
    const options = {
      overseer: 'a',
      models: { a: { model, limits: ['1 call / 20s'] } },
      store: disk.open,
      clock,
    } as const;
    const first = await createOverseer(options);
    await inTime(clock, first.run({ tasks: [{ instruction: 'x' }] }).result);
    await disk.kill();
    clock.set(clock.now() - HOUR_MS);

    await using second = await createOverseer(options);
    const startedAt = elapsedMs();
    const run = second.run({ tasks: [{ instruction: 'y' }] });
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
    expect(elapsedMs() - startedAt).toBeGreaterThanOrEqual(19_000);
    expect(elapsedMs() - startedAt).toBeLessThanOrEqual(20_000);
  });
});
