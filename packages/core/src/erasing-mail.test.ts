import { describe, expect, it } from 'vitest';
import { counting, NAME } from './caching.fixture.ts';
import { createCustodian } from './create-custodian.ts';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import { asideIdsOf, type PersonalMail } from './run/aside-mail.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { MailStore, StateStore } from './spec/store.ts';

const STREAM = 'project/default';

describe('messages that nobody could act on', () => {
  it('X3: are told with the data of the person whose run they are of, and go with that run', async () => {
    const store = memory({ leaseMs: 6_000 });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: counting() } },
      store,
    });
    const runs: string[] = [];
    for (const user of ['ada', 'bob']) {
      const run = overseer.run(NAME, { user });
      await run.result;
      runs.push(run.id);
    }
    const [adas = '', bobs = ''] = runs;
    const reader = await store();
    const mail = mailOf(reader);
    const bodies = { one: { run: adas, end: 'hers' }, two: { run: bobs }, three: [adas] };
    for (const [id, body] of Object.entries(bodies)) {
      await mail.put(STREAM, { id, kind: 'late-reply', body });
      await mail.setAside?.(STREAM, id, 'it is odd');
    }
    const told: (OverseerEvent | PersonalMail)[] = [];
    for await (const one of overseer.exportUser('ada')) told.push(one);
    expect(told.filter(({ type }) => type === 'mail.aside')).toEqual([
      {
        type: 'mail.aside',
        id: 'one',
        stream: STREAM,
        at: expect.any(Number),
        run: adas,
        data: { kind: 'late-reply', because: 'it is odd', body: bodies.one },
      },
    ]);
    await overseer.erase(adas);
    expect((await mail.aside?.(STREAM, 9))?.map(({ id }) => id)).toEqual(['two', 'three']);
    await overseer.eraseUser('bob');
    expect((await mail.aside?.(STREAM, 9))?.map(({ id }) => id)).toEqual(['three']);
    await reader.close();
  });

  it.each(['an overseer that seals what is sensitive', 'a custodian'])(
    'X3: go with their run where %s erases it',
    async (who) => {
      const store = memory({ leaseMs: 6_000 });
      const sensitive = { keys: { current: 'k', keys: { k: Buffer.alloc(32, 1) } } };
      const models = { a: { model: counting() } };
      const overseer = await createOverseer({ overseer: 'a', models, store, sensitive });
      const run = overseer.run(NAME, { user: 'ada' });
      await run.result;
      const reader = await store();
      const mail = mailOf(reader);
      await mail.put(STREAM, { id: 'one', kind: 'late-reply', body: { run: run.id } });
      await mail.setAside?.(STREAM, 'one', 'it is odd');
      if (who === 'a custodian') {
        await overseer.close();
        await using custodian = await createCustodian({ store });
        await custodian.eraseUser('ada');
      } else {
        await overseer.eraseUser('ada');
        await overseer.close();
      }
      expect(await mail.aside?.(STREAM, 9)).toEqual([]);
      await reader.close();
    },
  );

  it('X3: of one that cannot be read, its call tells whose it is', async () => {
    const store = memory({ leaseMs: 6_000 });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: counting() } },
      store,
    });
    const [one, other] = [overseer.run(NAME), overseer.run(NAME)];
    await Promise.all([one.result, other.result]);
    const reader = await store();
    const events = await reader.events.read({ stream: STREAM, run: one.id, after: 0, limit: 999 });
    const call = events.find(({ type }) => type === 'call.started')?.call ?? '';
    const lost = { kind: 'worker-reply', body: null, problem: 'damaged', because: 'x', at: 1 };
    const pages = Array.from({ length: 120 }, (_, at) => ({ ...lost, id: `worker-reply/c${at}` }));
    const all = [...pages, { ...lost, id: `worker-reply/${call}` }];
    const mail: MailStore = {
      ...mailOf(reader),
      aside: async (_stream, limit, after) => {
        const from = all.findIndex(({ id }) => id === after) + 1;
        return all.slice(from, from + limit);
      },
    };
    const damaged: StateStore = { ...reader, mail };
    expect(await asideIdsOf(damaged, STREAM, one.id)).toEqual([`worker-reply/${call}`]);
    expect(await asideIdsOf(damaged, STREAM, other.id)).toEqual([]);
    await reader.close();
  });
});

function mailOf({ mail }: StateStore): MailStore {
  if (mail === undefined) throw new Error('a store that is shared has mail');
  return mail;
}
