import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import type { HandoffTarget } from './spec/handoff-target.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';
import { type WatchOptions, watchForHandoff } from './watch-for-handoff.ts';

/** An overseer of a store for one, which is watched, and what was sent of it. */
async function place(more: Partial<WatchOptions> = {}) {
  const clock = createFakeClock();
  const open = memory({ clock });
  const sent: string[] = [];
  let failing = false;
  const target: HandoffTarget = {
    name: 'elsewhere',
    receiver: 'ovpub1_elsewhere',
    send: async ({ project }) => void sent.push(project),
  };
  const model = fakeModel({ reply: () => ({ text: 'fine' }) });
  const store = await open();
  const overseer = await createOverseer({
    overseer: 'a',
    models: { a: { model, limits: ['2 calls / 1h'] } },
    graceMs: 0,
    clock,
    store: async () => {
      const found = await open();
      const append: typeof found.events.append = async (epoch, events) => {
        if (failing) throw new Error('the disk is gone');
        await found.events.append(epoch, events);
      };
      return { ...found, events: { ...found.events, append } };
    },
  });
  const watch = watchForHandoff(overseer, { target, store, clock, ...more });
  onTestFinished(async () => {
    await watch.close();
    await overseer.close();
  });
  const advance = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 100) {
      clock.advance(100);
      await pass(0);
    }
  };
  const last = async () =>
    (await store.events.read({ stream: 'project/default', after: 0, limit: 1_000 })).at(-1);
  const fail = (): void => {
    failing = true;
  };
  const work = (): void => {
    const tasks = ['a', 'b', 'c'].map((key) => ({ key, instruction: key }));
    overseer.run({ tasks }).result.catch(() => undefined);
  };
  return { watch, advance, last, sent, fail, work };
}

const away = { receiver: 'ovpub1_elsewhere', handoff: expect.any(String) };

describe('a watch over an overseer that is no node’s', () => {
  it('R8: operator and maintenance: the project goes when it is told to', async () => {
    for (const trigger of ['operator', 'maintenance'] as const) {
      const { watch, last, sent } = await place();
      await watch.leave({ trigger, because: 'it is time' });
      expect(await watch.left).toBe(trigger);
      expect((await last())?.data).toMatchObject({ trigger, because: 'it is time', away });
      expect(sent).toEqual(['default']);
    }
  });

  it('R8: degradation: the project goes when its process is not well', async () => {
    let loopP99Ms = 1;
    const { watch, advance, last } = await place({
      vitals: { read: () => ({ loopP99Ms }), close: () => undefined },
    });
    await advance(10_000);
    expect((await last())?.type).not.toBe('handoff.offered');
    loopP99Ms = 5_000;
    await advance(50_000);
    expect((await last())?.type).not.toBe('handoff.offered');
    await advance(20_000);
    expect(await watch.left).toBe('degradation');
    expect((await last())?.data).toMatchObject({ trigger: 'degradation', away });
  });

  it('R8: limits: the project goes when its models are used up for long', async () => {
    const { watch, advance, last, work } = await place({ exhaustedMs: 60_000 });
    work();
    await advance(10_000);
    expect(await watch.left).toBe('limits');
    expect((await last())?.data).toMatchObject({ trigger: 'limits', away });
  });

  it('R8: failure: the project goes when its overseer fails', async () => {
    const { watch, advance, last, work, fail } = await place();
    fail();
    work();
    await advance(5_000);
    expect(await watch.left).toBe('failure');
    const word = (await last())?.data;
    expect(word).toMatchObject({ trigger: 'failure', away, inFlight: [] });
    expect(word).toMatchObject({ because: expect.stringContaining('the disk is gone') });
  });

  it('R8: closed, it lets nothing go', async () => {
    const { watch, sent } = await place();
    await watch.close();
    expect(await watch.left).toBeUndefined();
    expect(sent).toEqual([]);
  });
});
