import { describe, expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import { ModelError } from '../errors/model-error.ts';
import { inTime } from '../mortal-disk.fixture.ts';
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
});
