import { describe, expect, it } from 'vitest';
import { openTeam } from './create-overseer.ts';
import { mortalDisk } from './mortal-disk.fixture.ts';
import type { OverseerOptions } from './options.ts';
import { Overseer } from './overseer.ts';
import { RoutingMemory } from './route/routing-memory.ts';
import { routingOf } from './route/routing-options.ts';
import { cheap, checked, dear, said, team } from './routing.fixture.ts';

describe('what was learned', () => {
  it.each([
    ['killed', true],
    ['closed', false],
  ])('R2 R8 M14 M16: is the same after the process was %s', async (_how, isKilled) => {
    const disk = mortalDisk();
    const options: OverseerOptions = {
      ...team({
        a: [said('a', (nth) => (nth % 3 === 0 ? 'bad' : 'fine')), cheap],
        b: [said('b', () => 'fine'), dear],
      }),
      store: disk.open,
      routing: { mode: 'cascade', usdPerAttempt: 0.000_001 },
    };
    const first = await openTeam(options);
    const host = new Overseer(first.settings, first.open, first.dispose);
    const tasks = Array.from({ length: 12 }, (_, at) => checked(`Line ${at}.`));
    await host.run({ tasks }).result;
    await host.notePractice({ model: 'a', note: 'Be brief.' }, 'mia');
    const learned = first.open.projection.routing.body();
    if (isKilled) await disk.kill();
    else await host.close();

    const second = await openTeam(options);
    expect(second.open.projection.routing.body()).toEqual(learned);
    expect(second.open.projection.routing.quality.outcomes).toBeGreaterThanOrEqual(12);
    const again = new Overseer(second.settings, second.open, second.dispose);
    await again.run({ tasks: [checked('One more.')] }).result;
    expect(second.open.projection.routing.quality.outcomes).toBeGreaterThan(
      first.open.projection.routing.quality.outcomes,
    );
    await again.close();
  });

  it('R8: passes over a snapshot of another version', async () => {
    const routing = new RoutingMemory(routingOf());
    for (const body of [undefined, null, 'x', [], { v: 2 }]) await routing.restore(body, 9);
    expect(routing.quality.outcomes).toBe(0);
  });
});
