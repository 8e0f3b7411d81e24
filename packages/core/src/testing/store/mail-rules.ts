import assert from 'node:assert/strict';
import type { MailStore } from '../../spec/store.ts';
import type { ConformanceRule } from '../rule.ts';
import { openRule, own, STREAM } from './bench.ts';
import type { StoreSubject } from './subject.ts';

/** Of messages to whoever works on a stream; a store without them has nothing to keep here. */
export function mailRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [
    mailRule(subject, 'R2: messages wait in their order until they are taken out', async (mail) => {
      for (const id of ['b', 'a', 'c']) await mail.put(STREAM, { id, kind: 'run', body: { id } });
      assert.deepEqual(await ids(mail), ['b', 'a', 'c']);
      assert.deepEqual(await ids(mail, 2), ['b', 'a']);
      await mail.remove(STREAM, ['a', 'nobody']);
      assert.deepEqual(await ids(mail), ['b', 'c']);
      assert.deepEqual(await mail.read('project/other', 10), []);
    }),
    mailRule(
      subject,
      'R2: a message that is sent twice waits once, as it was at first',
      async (mail) => {
        await mail.put(STREAM, {
          id: 'one',
          kind: 'run',
          body: ['first \u0000 ünï 🚀', null, 1.5],
        });
        await mail.put(STREAM, { id: 'one', kind: 'order', body: 'second' });
        assert.deepEqual(await mail.read(STREAM, 10), [
          { id: 'one', kind: 'run', body: ['first \u0000 ünï 🚀', null, 1.5] },
        ]);
      },
    ),
    mailRule(
      subject,
      'R7: what nobody can act on is set aside with the reason, until it is taken out',
      async (mail) => {
        if (mail.setAside === undefined && mail.aside === undefined) return;
        assert.ok(
          mail.setAside !== undefined && mail.aside !== undefined,
          'it has both or neither',
        );
        for (const id of ['a', 'b', 'c', 'd']) {
          await mail.put(STREAM, { id, kind: 'run', body: { id } });
        }
        for (const id of ['a', 'b', 'c', 'nobody']) await mail.setAside(STREAM, id, `${id} is odd`);
        assert.deepEqual(await ids(mail), ['d']);
        const all = await mail.aside(STREAM, 10);
        assert.deepEqual(
          all.map(({ at: _, ...rest }) => rest),
          ['a', 'b', 'c'].map((id) => ({ id, kind: 'run', body: { id }, because: `${id} is odd` })),
        );
        for (const { at } of all) assert.ok(Number.isSafeInteger(at));
        assert.deepEqual((await mail.aside(STREAM, 1, 'a'))[0]?.id, 'b');
        await mail.put(STREAM, { id: 'b', kind: 'run', body: 'again' });
        await mail.remove(STREAM, ['b']);
        assert.deepEqual(await ids(mail), ['d']);
        assert.deepEqual(
          (await mail.aside(STREAM, 10)).map(({ id }) => id),
          ['a', 'c'],
        );
        assert.deepEqual(await mail.aside('project/other', 10), []);
      },
    ),
    openRule(subject, 'R2: messages need no lease, and outlive one', async (store) => {
      const { mail } = store;
      if (mail === undefined) return;
      await mail.put(STREAM, { id: 'before', kind: 'run', body: null });
      const epoch = await own(store);
      await mail.put(STREAM, { id: 'during', kind: 'run', body: null });
      await store.leases.release(STREAM, epoch);
      assert.deepEqual(await ids(mail), ['before', 'during']);
    }),
  ];
}

function mailRule(
  subject: StoreSubject,
  name: string,
  check: (mail: MailStore) => Promise<void>,
): ConformanceRule {
  return openRule(subject, name, async ({ mail }) => {
    if (mail !== undefined) await check(mail);
  });
}

async function ids(mail: MailStore, limit = 10): Promise<readonly string[]> {
  return (await mail.read(STREAM, limit)).map(({ id }) => id);
}
