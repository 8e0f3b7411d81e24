import { setImmediate as turn } from 'node:timers/promises';
import { createOverseer, ModelError, type Overseer, type OverseerOptions } from '@overseer/core';
import type { Model, ModelEvent } from '@overseer/core/spec';
import { createFakeClock, type FakeClock } from '@overseer/core/testing';
import { mortalDisk } from '../../packages/core/src/mortal-disk.fixture.ts';
import type { Random } from '../harness/random.ts';

/** How the calls of one life ended. */
export interface LostHolds {
  readonly violations: readonly string[];
  readonly counts: Readonly<
    Record<'settled' | 'refused' | 'silent' | 'aborted' | 'crashed', number>
  >;
}

type Fate = 'settled' | 'refused' | 'silent' | 'hanging';

/**
 * Starts calls that end in every way: answered, refused, silent for ever, aborted with their run, and left open by a
 * process that dies. Then nothing may be held, in the process that saw it and in the one that reads its journal.
 */
export async function lostHolds(random: Random): Promise<LostHolds> {
  const clock = createFakeClock();
  const disk = mortalDisk();
  const counts = { settled: 0, refused: 0, silent: 0, aborted: 0, crashed: 0 };
  const fates = Array.from({ length: 4 + Math.floor(random() * 12) }, () => draw(random));
  const first = await createOverseer(options(clock, disk.open, fates));
  const runs = fates.map((_, index) =>
    first.run({ tasks: [{ instruction: `x ${index}` }] }, { user: `u${index % 3}` }),
  );
  await pass(clock, 60, () => false);
  const violations: string[] = [];
  const check = (overseer: Overseer, when: string, open: number): void => {
    const places = overseer.limits().filter(({ limit }) => limit.startsWith('all: 1000 at once'));
    const held = places.reduce((sum, one) => sum + one.held, 0);
    const running = overseer.models().reduce((sum, one) => sum + one.running, 0);
    if (held !== running) violations.push(`${when}: ${held} held for ${running} open calls.`);
    if (running !== open) violations.push(`${when}: ${running} calls open in place of ${open}.`);
    const left = overseer.limits().filter((one) => one.held > 0 && open === 0);
    for (const { limit, held: amount } of left)
      violations.push(`${when}: ${amount} held of ${limit}.`);
  };
  for (const fate of fates) if (fate !== 'hanging') counts[fate] += 1;
  const hanging = runs.filter((_, index) => fates[index] === 'hanging');
  // Some are aborted with their run; the process dies in the middle of the others.
  for (const run of hanging.splice(0, Math.floor(random() * (hanging.length + 1)))) {
    await run.cancel('not needed');
    counts.aborted += 1;
  }
  counts.crashed = hanging.length;
  // A silent call is made again a few times before its task is given up.
  await pass(clock, 2_000, () => first.models()[0]?.running === hanging.length);
  check(first, 'before the crash', hanging.length);
  const before = usedOf(first);
  await disk.kill();
  const second = await createOverseer(options(clock, disk.open, []));
  check(second, 'after the crash', 0);
  // What was left open is charged at its estimate from now on, which is less than what it held.
  const after = usedOf(second);
  if (hanging.length === 0 && before !== after) {
    violations.push(`after the crash: ${after} was used, and ${before} before it.`);
  }
  await second.close();
  return { violations, counts };
}

/** What counts of every limit, but of those that flow. */
function usedOf(overseer: Overseer): string {
  const uses = [...overseer.limits(), ...(overseer.models()[0]?.limits ?? [])];
  return uses
    .map(({ limit, used, held, resetAt }) => `${limit} ${used + held} ${resetAt}`)
    .sort()
    .join('; ');
}

/** Lets half seconds go by. */
async function pass(clock: FakeClock, steps: number, isOver: () => boolean): Promise<void> {
  for (let step = 0; step < steps && !isOver(); step++) {
    await turn();
    clock.advance(500);
  }
  await turn();
}

function draw(random: Random): Fate {
  const chance = random();
  if (chance < 0.3) return 'settled';
  if (chance < 0.5) return 'refused';
  return chance < 0.7 ? 'silent' : 'hanging';
}

function options(
  clock: FakeClock,
  store: NonNullable<OverseerOptions['store']>,
  fates: readonly Fate[],
): OverseerOptions {
  return {
    overseer: 'a',
    models: {
      a: {
        model: scripted(fates, clock),
        limits: ['100000 calls / 5h session'],
        concurrency: 1_000,
      },
    },
    limits: [
      { per: 'user', limits: ['100k calls / 1h', '100M tokens / calendar day'] },
      { per: 'all', limits: ['1000 at once', '1000000 calls / 1s, smooth'] },
    ],
    holdMs: 5_000,
    maxAttempts: 1,
    clock,
    store,
    random: () => 0,
  };
}

/** A model whose n-th task has the n-th fate, whichever is asked first. */
function scripted(fates: readonly Fate[], clock: FakeClock): Model {
  return {
    spec: 'model/1',
    info: {
      id: 'm',
      provider: 'fake',
      local: true,
      can: { tools: false, json: 'none', reasoning: false, image: false },
    },
    async *stream(request, { signal }): AsyncGenerator<ModelEvent> {
      const said = JSON.stringify(request.messages);
      const fate = fates[Number(/x (\d+)/.exec(said)?.[1] ?? 0)] ?? 'settled';
      if (fate === 'refused') throw new ModelError('invalid', 'No.');
      if (fate === 'silent') await new Promise<never>(() => undefined);
      while (fate === 'hanging') {
        // Alive, and never done.
        yield { type: 'progress', phase: 'prompt' };
        const { promise, resolve } = Promise.withResolvers<void>();
        clock.after(1_000, resolve);
        await Promise.race([promise, aborted(signal)]);
        if (signal.aborted) throw new ModelError('aborted', 'Stopped.');
      }
      yield { type: 'part', index: 0, part: { type: 'text', text: 'done' } };
      yield {
        type: 'finish',
        reason: 'stop',
        usage: { input: { total: 5 }, output: { total: 1 } },
      };
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
