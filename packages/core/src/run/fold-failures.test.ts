import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type OpenTeam, openTeam } from '../create-overseer.ts';
import { ModelError } from '../errors/model-error.ts';
import { inTime, mortalDisk } from '../mortal-disk.fixture.ts';
import type { OverseerOptions } from '../options.ts';
import type { ModelErrorKind } from '../spec/model.ts';
import type { Tool } from '../spec/tool.ts';
import { createFakeClock, type FakeClock } from '../testing/fake-clock.ts';
import { fakeModel } from '../testing/fake-model.ts';

const KINDS: readonly (ModelErrorKind | 'fine' | 'tool')[] = [
  'fine',
  'fine',
  'fine',
  'tool',
  'network',
  'server',
  'rate-limit',
  'overloaded',
  'timeout',
  'quota',
  'permission',
  'invalid',
];

/** What is known of failures: all that a decision may look at. */
function known({ settings, open }: OpenTeam, nowMs: number): unknown {
  const { breakers, tools } = open.projection;
  return [...settings.members.values()].map(({ name, learned, limits }) => ({
    name,
    down: breakers.down(name, nowMs),
    trouble: breakers.trouble(name),
    standing: breakers.standing(name),
    succeededAt: breakers.succeededAt(name),
    learned: learned.use(nowMs),
    atOnce: learned.atOnce,
    wait: learned.wait(nowMs),
    running: limits.running,
    tool: tools.down('flaky', nowMs),
  }));
}

function teamOf(
  behaviour: readonly number[],
  clock: FakeClock,
  store: NonNullable<OverseerOptions['store']>,
): OverseerOptions {
  let calls = 0;
  const next = (): number => behaviour[calls++ % behaviour.length] ?? 0;
  const model = (keyId: string) =>
    fakeModel({
      info: { keyId, server: 'http://127.0.0.1:1' },
      reply: () => {
        const kind = KINDS[next() % KINDS.length] ?? 'fine';
        if (kind === 'fine') return { text: 'done' };
        if (kind === 'tool') return { toolCalls: [{ name: 'flaky', input: {} }] };
        const asked = kind === 'quota' ? { retryAfterMs: 60_000 } : {};
        return { error: new ModelError(kind, 'no', asked) };
      },
    });
  const flaky: Tool = {
    spec: 'tool/1',
    description: 'Breaks.',
    input: { jsonSchema: { type: 'object' }, parse: (value) => ({ ok: true, value }) },
    permissions: [],
    effect: 'none',
    timeoutMs: 1_000,
    execute: async () => {
      if (next() % 4 !== 0) throw new Error('gone');
      return 'fine';
    },
  };
  return {
    overseer: 'a',
    models: {
      a: { model: model('k1'), concurrency: 'auto' },
      b: { model: model('k1'), fallback: ['c'] },
      c: { model: model('k2'), slowMs: 5 },
    },
    tools: { flaky },
    roles: { worker: { text: 'Work.', tools: ['flaky'] } },
    outageMs: 7_200_000,
    random: () => 0.5,
    clock,
    store,
  };
}

it('R2 R10 L3: what is known of failures is a fold of the journal, and a run under any failures ends', async () => {
  const behaviours = fc.array(fc.nat({ max: 47 }), { minLength: 3, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(behaviours, async (behaviour) => {
      const clock = createFakeClock();
      const disk = mortalDisk();
      const team = await openTeam(teamOf(behaviour, clock, disk.open));
      const { kernel, journal } = team.open;
      const tasks = Array.from({ length: 12 }, (_, nth) => ({
        key: `t${nth}`,
        title: `t${nth}`,
        instruction: `task ${nth}`,
        kind: nth % 3 === 0 ? 'review' : 'write',
        needs: [],
        files: [],
        priority: 'medium' as const,
        checks: [],
      }));
      kernel.start('run', { title: 'run', tasks });
      await inTime(clock, kernel.whenEnded('run'));
      await journal.settled();
      const again = await openTeam(teamOf(behaviour, clock, mortalDisk().open));
      for (const event of await disk.events()) again.open.projection.apply(event);
      for (const ms of [0, 1_000, 60_000, 600_000]) {
        expect(known(again, clock.now() + ms)).toEqual(known(team, clock.now() + ms));
      }
      await Promise.all([team.open.close(), again.open.close()]);
    }),
    { numRuns: 40 },
  );
});
