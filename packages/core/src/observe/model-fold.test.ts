import { expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import { ModelError } from '../errors/model-error.ts';
import { heldModel } from '../held-model.fixture.ts';
import { takeEvents } from '../journal/read-events.ts';
import { turns, until } from '../model-changes.fixture.ts';
import { mortalDisk } from '../mortal-disk.fixture.ts';
import type { Overseer } from '../overseer.ts';
import type { ModelStatus } from '../run/model-status.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { ModelFold } from './model-fold.ts';

/** Both states, with their codes and since when. */
function words({ connection, work, readiness }: ModelStatus): readonly unknown[] {
  const { state, code, sinceAt } = connection;
  return [state, code, sinceAt, work.state, work.code, work.sinceAt, readiness];
}

it('M2: from its journal alone, a team stands as it stands, through calls, checks, failures and restarts', async () => {
  const clock = createFakeClock();
  const disk = mortalDisk();
  const held = heldModel('worker');
  const info = { ...held.info, server: 'http://there', local: true };
  const checks: PromiseWithResolvers<void>[] = [];
  const open = (): Promise<Overseer> =>
    createOverseer({
      overseer: 'worker',
      models: { worker: { model: { ...held, info } } },
      store: disk.open,
      clock,
      random: () => 0.5,
      validators: {
        slow: {
          spec: 'validator/1',
          tier: 'automated',
          validate: async () => {
            const check = Promise.withResolvers<void>();
            checks.push(check);
            await check.promise;
            return { kind: 'pass' };
          },
        },
      },
    });
  const agrees = async (overseer: Overseer, work: string): Promise<void> => {
    await turns();
    const fold = new ModelFold();
    await takeEvents(await disk.open(), 'project/default', {}, (event) => fold.take(event));
    const [now] = overseer.models();
    expect(now?.work.state).toBe(work);
    expect(fold.list().map(words)).toEqual(now && [words(now)]);
    expect(fold.list()[0]?.running).toBe(now?.running);
  };
  const first = await open();
  const run = first.run({ tasks: [{ instruction: 'a', checks: [{ kind: 'slow' }] }] });
  await until(clock, () => held.calls.length === 1);
  await agrees(first, 'processing');
  held.calls[0]?.answer('done');
  await until(clock, () => checks.length === 1);
  await agrees(first, 'validating');
  checks[0]?.resolve();
  await run.result;
  await agrees(first, 'idle');
  first.run({ tasks: [{ instruction: 'b' }] });
  for (const nth of [2, 3]) {
    await until(clock, () => held.calls.length === nth);
    await agrees(first, 'processing');
    held.calls.at(-1)?.fail(new ModelError('network', 'gone'));
    await turns();
  }
  await agrees(first, 'error');
  clock.advance(10);
  await first.close();
  const second = await open();
  await turns();
  const [now] = second.models();
  expect(now).toMatchObject({ connection: { code: 'not-asked' }, work: { state: 'idle' } });
  await second.close();
});
