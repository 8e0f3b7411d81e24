import { afterEach, describe, expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import { ModelError } from '../errors/model-error.ts';
import { type Recovery, recoveries } from '../internal/recoveries.ts';
import { inTime } from '../mortal-disk.fixture.ts';
import { runPoisoned } from '../poison.fixture.ts';
import type { ModelErrorKind } from '../spec/model.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { fakeModel } from '../testing/fake-model.ts';

const table: Record<string, readonly Recovery[]> = recoveries;
const before = { ...recoveries };
afterEach(() => Object.assign(table, before));

/** Says of a kind in the table that it is waited out so often and no more. */
function waitOut(kind: ModelErrorKind, times: number): void {
  table[kind] = before[kind].map((one) => (one.action === 'wait' ? { ...one, times } : one));
}

/** How many calls a model gets for a task that fails with this. */
async function callsUntilLeft(error: ModelError): Promise<number> {
  const clock = createFakeClock();
  const model = fakeModel({ reply: () => ({ error }) });
  await using overseer = await createOverseer({
    overseer: 'a',
    models: { a: { model }, other: { model: fakeModel({ reply: () => ({ text: 'x' }) }) } },
    clock,
    patienceMs: Number.MAX_SAFE_INTEGER,
  });
  const task = { instruction: 'x', kind: 'write', model: 'a' };
  const { status } = await inTime(clock, overseer.run({ tasks: [task] }).result);
  expect(status).toBe('failed');
  return model.requests.length;
}

describe('how often a failure is waited out', () => {
  it.each(['timeout', 'interrupted', 'protocol'] as const)(
    'R9: the table of recoveries says it, for %s',
    async (kind) => {
      expect(await callsUntilLeft(new ModelError(kind, 'no'))).toBe(5);
      waitOut(kind, 1);
      expect(await callsUntilLeft(new ModelError(kind, 'no'))).toBe(2);
    },
  );

  it('R9: it is as often as a timeout where a server says that another try may help', async () => {
    const error = new ModelError('invalid', 'in use', { retryable: true });
    expect(await callsUntilLeft(error)).toBe(5);
    expect(await callsUntilLeft(new ModelError('invalid', 'no'))).toBe(1);
  });

  it.each(['network', 'server'] as const)(
    'R9 R10: of %s only what fails while the model answers others counts',
    async (kind) => {
      const failures = async () => (await runPoisoned(kind)).usage.failedCalls;
      const often = await failures();
      waitOut(kind, 1);
      expect(await failures()).toBeLessThan(often);
    },
  );
});
