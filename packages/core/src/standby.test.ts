import { describe, expect, it, onTestFinished } from 'vitest';
import type { OverseerOptions } from './options.ts';
import type { StateStore } from './spec/store.ts';
import { LEASE_MS, type SharedPlace, sharedPlace } from './succession.fixture.ts';

const place = (wrap?: (store: StateStore) => StateStore): SharedPlace =>
  sharedPlace(onTestFinished, wrap);

const task = { tasks: [{ key: 'one', instruction: 'do it' }] };

describe('standby', () => {
  it('R7: waits for its turn, and has it at once when the other gives it up', async () => {
    const there = place();
    const first = await there.start('first').overseer;
    const seen: string[] = [];
    const second = there.start('second', {
      standby: { waiting: ({ name }) => seen.push(name) },
    }).overseer;
    await there.advance(20_000);
    expect(seen).toEqual(['first']);
    await first.close();
    expect(await first.ended).toEqual({ kind: 'closed' });
    await there.advance(600);
    const run = (await second).run(task);
    expect((await run.result).status).toBe('completed');
  });

  it('R6: without standby, a project that somebody works on is refused, naming who', async () => {
    const there = place();
    await there.start('first').overseer;
    await expect(there.start('second').overseer).rejects.toMatchObject({
      code: 'store.busy',
      message: expect.stringContaining('first (process '),
    });
  });

  it('R6 R7: takes over from one that is frozen, which then can write nothing and is told', async () => {
    const there = place();
    there.answerWith((by) =>
      by === 'first' ? { text: 'late', delayMs: 60_000 } : { text: 'fine' },
    );
    const frozen = there.start('first');
    const first = await frozen.overseer;
    const run = first.run(task);
    await there.advance(1_000);
    expect(there.calls).toEqual(['first']);
    const second = there.start('second', { standby: true }).overseer;
    await there.advance(LEASE_MS + 1_000, [frozen.clock]);
    const heir = await second;
    const left = heir.unfinished();
    expect(left.map(({ id, status }) => [id, status])).toEqual([[run.id, 'running']]);
    const taken = heir.open(run.id);
    taken.resume();
    await there.advance(2_000, [frozen.clock]);
    expect((await taken.result).status).toBe('completed');
    // It thaws, and finds out before it has done anything.
    await there.advance(3_000);
    await expect(run.result).rejects.toMatchObject({ code: 'store.fenced' });
    expect(await first.ended).toMatchObject({ kind: 'failed', error: { code: 'store.fenced' } });
    expect(() => first.run(task)).toThrow(expect.objectContaining({ code: 'store.fenced' }));
    expect(there.calls).toEqual(['first', 'second']);
  });

  it('R6 R7: one that was frozen while it wrote acts upon nothing of that, though it is written', async () => {
    const written = Promise.withResolvers<void>();
    const there = place((store) => ({
      ...store,
      events: {
        ...store.events,
        append: async (epoch, events) => {
          await store.events.append(epoch, events);
          if (epoch === 1 && events.some(({ type }) => type === 'call.started')) {
            await written.promise;
          }
        },
      },
    }));
    const own = there.newClock();
    let frozenMs = 0;
    // What waits goes on before its timers ring.
    const clock = { ...own, elapsed: () => own.elapsed() + frozenMs };
    const first = await there.start('first', { clock }).overseer;
    const run = first.run(task);
    await there.advance(1_000);
    const second = there.start('second', { standby: true }).overseer;
    await there.advance(LEASE_MS + 1_000, [own]);
    const taken = (await second).open(run.id);
    taken.resume();
    await there.advance(500, [own]);
    expect(there.calls).toEqual(['second']);
    frozenMs = LEASE_MS + 1_500;
    written.resolve();
    await there.advance(100, [own]);
    expect(await first.ended).toMatchObject({ error: { code: 'store.unreachable' } });
    await there.advance(500, [own]);
    expect((await taken.result).status).toBe('completed');
    expect(there.calls).toEqual(['second']);
  });

  it('R6: one that lives keeps its project, however long another waits', async () => {
    const there = place();
    const first = await there.start('first').overseer;
    let isOpen = false;
    void there.start('second', { standby: true }).overseer.then(() => {
      isOpen = true;
    });
    await there.advance(60_000);
    expect(isOpen).toBe(false);
    expect((await first.run(task).result).status).toBe('completed');
    await first.close();
    await there.advance(600);
    expect(isOpen).toBe(true);
  });

  it('R6 R7: one that cannot renew its lease as long as that lasts stops before another may begin', async () => {
    let isCut = false;
    const there = place((store) => ({
      ...store,
      leases: {
        ...store.leases,
        renew: async (name, epoch) => {
          if (isCut) return await new Promise<boolean>(() => undefined);
          return (await store.leases.renew?.(name, epoch)) ?? false;
        },
      },
    }));
    there.answerWith(() => ({ text: 'late', delayMs: 60_000 }));
    const first = await there.start('first').overseer;
    const run = first.run(task);
    await there.advance(3_000);
    isCut = true;
    await there.advance(LEASE_MS);
    await expect(run.result).rejects.toMatchObject({ code: 'store.unreachable' });
    expect(await first.ended).toMatchObject({ error: { code: 'store.unreachable' } });
  });

  it('R7: a wait ends with its signal', async () => {
    const there = place();
    await there.start('first').overseer;
    const patience = new AbortController();
    const second = there.start('second', { standby: true, signal: patience.signal }).overseer;
    await there.advance(1_000);
    patience.abort();
    await expect(second).rejects.toMatchObject({ code: 'overseer.aborted' });
  });

  it('R6: a shared store is worked on by several at once, a project each', async () => {
    const there = place();
    const [one, two] = await Promise.all(
      ['one', 'two'].map((project) => there.start(project, { project }).overseer),
    );
    const results = await Promise.all([one?.run(task).result, two?.run(task).result]);
    expect(results.map((result) => result?.status)).toEqual(['completed', 'completed']);
  });

  it.each([{ pollMs: 1 }, { pollMs: '1s' }, 3])('X5: refuses %j', async (standby) => {
    const options = { standby } as unknown as Partial<OverseerOptions>;
    await expect(place().start('first', options).overseer).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('standby'),
    });
  });
});
