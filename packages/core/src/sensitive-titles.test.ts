import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { sensitive } from './internal/sensitive-mark.ts';
import { memory } from './journal/memory-store.ts';
import { until } from './mortal-disk.fixture.ts';
import type { FakeReply } from './testing/fake-model.ts';
import { fakeModel } from './testing/fake-model.ts';

const KEYS = { current: 'new', keys: { new: Buffer.alloc(32, 1) } };

describe('a title made of what is marked', () => {
  it('X2: is told as [sealed] in progress, project, queue and runs that are not finished, while it is worked and after', async () => {
    const held = Promise.withResolvers<FakeReply>();
    const model = fakeModel({ reply: () => held.promise });
    const store = memory();
    const team = { overseer: 'a', models: { a: { model, concurrency: 1 } }, store } as const;
    const overseer = await createOverseer({ ...team, sensitive: { keys: KEYS } });
    const card = sensitive('4111-1111');
    const run = overseer.run({
      tasks: [
        { key: 'a', instruction: `Pay ${card} now.` },
        { key: 'b', instruction: `Pay ${card} then.` },
        // So long that its title ends within the mark.
        { key: 'c', instruction: `${'x'.repeat(55)} ${sensitive(`4111-1111 ${'y'.repeat(40)}`)}` },
      ],
    });
    await until(() => model.requests.length === 1);
    const told = async (): Promise<readonly unknown[]> => [
      await overseer.progress(),
      await overseer.progress({ run: run.id }),
      await overseer.project.state(),
      await overseer.project.at((await overseer.project.state()).seq),
      overseer.unfinished(),
      overseer.queue(),
    ];
    const before = await told();
    for (const one of before) expect(JSON.stringify(one)).toContain('Pay [sealed]');
    held.resolve({ text: 'fine' });
    await run.result;
    const after = await told();
    await overseer.close();
    // Whoever has no key is told the same.
    await using stranger = await createOverseer(team);
    const without = [
      await stranger.progress({ run: run.id }),
      await stranger.project.state(),
      await stranger.project.at(5),
    ];
    const all = JSON.stringify([before, after, without]);
    for (const word of ['4111', '⟦']) expect(all).not.toContain(word);
  });
});
