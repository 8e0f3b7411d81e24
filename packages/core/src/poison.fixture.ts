import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { inTime } from './mortal-disk.fixture.ts';
import type { RunResult } from './run/run-result.ts';
import type { ModelErrorKind } from './spec/model.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

/** A run of a task, `bad`, that its model fails each time with `kind`, and of 40 others, which that does meanwhile. */
export async function runPoisoned(kind: ModelErrorKind): Promise<RunResult> {
  const clock = createFakeClock();
  const model = fakeModel({
    reply: (request) =>
      JSON.stringify(request.messages).includes('poison')
        ? { error: new ModelError(kind, 'crashed') }
        : { text: 'done' },
  });
  await using overseer = await createOverseer({
    overseer: 'a',
    models: { a: { model, limits: ['2 calls / 10s'] } },
    clock,
    random: () => 0.5,
  });
  const healthy = Array.from({ length: 40 }, (_, nth) => ({ instruction: `task ${nth}` }));
  const bad = { key: 'bad', instruction: 'poison', priority: 'critical' } as const;
  return await inTime(clock, overseer.run({ tasks: [bad, ...healthy] }).result);
}
