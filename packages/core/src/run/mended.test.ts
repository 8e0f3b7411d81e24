import { expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import { ModelError } from '../errors/model-error.ts';
import { inTime, mortalDisk } from '../mortal-disk.fixture.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { fakeModel } from '../testing/fake-model.ts';

it('R2 R10: the next process calls a model at once whose key was wrong, since the key may be right now', async () => {
  const clock = createFakeClock();
  const disk = mortalDisk();
  const refusing = fakeModel({ reply: () => ({ error: new ModelError('auth', 'wrong key') }) });
  const first = await createOverseer({
    overseer: 'a',
    models: { a: { model: refusing } },
    store: disk.open,
    clock,
  });
  const failed = first.run({ tasks: [{ instruction: 'x' }] });
  expect(await inTime(clock, failed.result)).toMatchObject({ status: 'failed' });
  expect(first.models()[0]?.work.state).toBe('error');
  await disk.kill();

  const startedAt = clock.now();
  await using second = await createOverseer({
    overseer: 'a',
    models: { a: { model: fakeModel({ reply: () => ({ text: 'done' }) }) } },
    store: disk.open,
    clock,
  });
  expect(second.models()[0]?.work.state).toBe('idle');
  const run = second.run({ tasks: [{ instruction: 'y' }] });
  expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
  expect(clock.now() - startedAt).toBeLessThan(5_000);
});
