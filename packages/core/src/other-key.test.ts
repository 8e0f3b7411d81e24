import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { inTime } from './mortal-disk.fixture.ts';
import type { Run } from './run/run-handle.ts';
import type { OverseerEvent } from './spec/event.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

const REFUSED = new ModelError('auth', 'the key was refused', { otherKey: true });

describe('a key that was refused where another one comes next', () => {
  it('M11 R10: makes the call again at once, and says nothing against the model', async () => {
    let calls = 0;
    const model = fakeModel({
      reply: () => (++calls <= 2 ? { error: REFUSED } : { text: 'Done.' }),
      info: { keyId: 'ring' },
    });
    const clock = createFakeClock();
    const models = { one: { model } };
    await using overseer = await createOverseer({ overseer: 'one', models, clock });
    const startedAt = clock.now();
    const run = overseer.run({ tasks: [{ instruction: 'Do it.' }] });
    const result = await inTime(clock, run.result);
    expect(result.status).toBe('completed');
    expect(calls).toBe(3);
    expect(clock.now() - startedAt).toBeLessThan(900);
    const events = await eventsOf(run);
    const failed = events.filter(({ type }) => type === 'call.failed');
    expect(failed.map(({ data }) => data)).toMatchObject([{ otherKey: true }, { otherKey: true }]);
    expect(events.filter(({ type }) => type === 'model.changed')).toEqual([]);
  });

  it('M11 R10: a refusal without another key still leaves the key alone', async () => {
    const model = fakeModel({
      reply: () => ({ error: new ModelError('auth', 'the key was refused') }),
      info: { keyId: 'one key' },
    });
    await using overseer = await createOverseer({ overseer: 'one', models: { one: { model } } });
    const run = overseer.run({ tasks: [{ instruction: 'Do it.' }] });
    expect((await run.result).status).toBe('failed');
    const events = await eventsOf(run);
    expect(events.find(({ type }) => type === 'model.changed')?.data).toMatchObject({
      work: 'error',
      scope: 'key',
    });
  });
});

async function eventsOf(run: Run): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}
