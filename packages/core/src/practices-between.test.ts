import { describe, expect, it } from 'vitest';
import { createCustodian } from './create-custodian.ts';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import { lookAtPractices } from './look-at-practices.ts';
import type { OpenStore } from './spec/store.ts';
import type { Validator } from './spec/validator.ts';
import { fakeModel } from './testing/fake-model.ts';

const strict: Validator = {
  spec: 'validator/1',
  tier: 'automated',
  validate: (answer) =>
    JSON.stringify(answer).includes('good')
      ? { kind: 'pass' }
      : { kind: 'fail', findings: [{ message: 'It is bad.' }] },
};

/** A journal that outlives who opens it. */
async function journalOf(): Promise<OpenStore> {
  const store = await memory()();
  return async () => ({ ...store, close: async () => {} });
}

function teamOn(store: OpenStore, replies: string[] = []) {
  const model = fakeModel({ id: 'a-1', reply: () => ({ text: replies.shift() ?? 'good' }) });
  const options = {
    overseer: 'a' as const,
    models: { a: { model } },
    validators: { strict },
    store,
  };
  return { model, open: () => createOverseer(options) };
}

const tasks = [{ instruction: 'Do it.', kind: 'write', checks: [{ kind: 'strict' }] }] as const;

describe('practices between those who work', () => {
  it('M16: are read beside whoever works, as that one knows them', async () => {
    const store = await journalOf();
    const { open } = teamOn(store, ['poor', 'good']);
    {
      await using first = await open();
      await first.run({ tasks }).result;
    }
    await using second = await open();
    await second.run({ tasks }).result;
    await second.notePractice({ model: 'a', note: 'Likes examples.' }, 'mia');
    const looked = await lookAtPractices(store);
    expect(looked).toEqual(second.practices());
    expect(looked).toMatchObject([
      { kind: '*', notes: [{ note: 'Likes examples.' }] },
      { kind: 'write', attempts: 3, begun: 2, firstPassRate: 0.5 },
    ]);
    expect(await lookAtPractices(store, 'other')).toEqual([]);
  });

  it('M16 A6: a custodian notes, takes back and imports, and the next team goes by it', async () => {
    const store = await journalOf();
    const { model, open } = teamOn(store, ['poor', 'good']);
    {
      await using first = await open();
      await first.run({ tasks }).result;
    }
    {
      await using custodian = await createCustodian({ store });
      const note = { kind: 'write', note: 'Say good.' };
      const unknown = custodian.notePractice({ model: 'fake/a1', ...note }, 'mia');
      await expect(unknown).rejects.toThrow(/did you mean "fake\/a-1"/);
      await custodian.notePractice({ model: 'fake/a-1', ...note }, 'mia');
      await custodian.notePractice({ model: 'fake/b', note: 'New.', isNew: true }, 'mia');
      const what = { model: 'fake/a-1', kind: 'write', pattern: 'It is bad.' };
      await custodian.dropPractice(what, 'mia');
    }
    await using second = await open();
    await second.run({ tasks }).result;
    expect(JSON.stringify(model.requests.at(-1)?.messages)).toContain('- Say good.');
    expect(second.practices()).toMatchObject([
      { model: 'fake/a-1', kind: 'write', attempts: 3, findings: [], dropped: ['It is bad.'] },
      { model: 'fake/b', kind: '*' },
    ]);
  });

  it('M16: what was exported is imported elsewhere whole, goes on there, and gives way only where that is said', async () => {
    const { open } = teamOn(await journalOf(), ['poor', 'good']);
    await using here = await open();
    await here.run({ tasks }).result;
    await here.notePractice({ model: 'a', kind: 'write', note: 'Say good.' }, 'mia');
    const exported = JSON.parse(JSON.stringify(here.practices()));
    const store = await journalOf();
    const there = teamOn(store);
    {
      await using custodian = await createCustodian({ store });
      const imported = await custodian.importPractices(exported, 'ann');
      expect(imported).toEqual({ taken: [{ model: 'fake/a-1', kind: 'write' }], kept: [] });
      expect(custodian.practices()).toEqual(here.practices());
      expect(await custodian.importPractices(exported, 'ann')).toMatchObject({ taken: [] });
    }
    await using second = await there.open();
    await second.run({ tasks }).result;
    expect(second.practices()).toMatchObject([{ attempts: 3, accepted: 2, begun: 2 }]);
    await second.importPractices(exported, 'ann', { replace: true });
    expect(second.practices()).toEqual(here.practices());
  });

  it('M16 R9: an import that is wrong anywhere is refused whole, saying where', async () => {
    const { open } = teamOn(await journalOf());
    await using overseer = await open();
    const good = {
      ...{ model: 'p/m', kind: 'write', attempts: 2, accepted: 1, begun: 1 },
      ...{ findings: [], notes: [] },
    };
    const wrong: readonly [unknown, RegExp][] = [
      [{ ...good, attempts: -1 }, /no whole number from 0 on as attempts/],
      [{ ...good, attempts: Number.NaN }, /as attempts/],
      [{ ...good, accepted: 3 }, /fewer than those accepted/],
      [{ ...good, firstPassRate: 2 }, /as firstPassRate/],
      [{ ...good, meanUsd: '1' }, /as meanUsd/],
      [{ ...good, model: '' }, /as model/],
      [{ ...good, notes: [{ note: 'x'.repeat(501), by: 'a', at: 1 }] }, /as notes/],
      [{ ...good, findings: [{ pattern: 'x', times: 1 }] }, /as findings/],
      [{ ...good, dropped: [5] }, /as dropped/],
      [{ ...good, atempts: 1 }, /field "atempts"/],
      [{ model: 'p/m' }, /as kind/],
      [null, /is no object/],
      [good, /is the second of p\/m at write/],
    ];
    for (const [record, problem] of wrong) {
      const imported = overseer.importPractices([good, record as never], 'ann');
      await expect(imported).rejects.toThrow(problem);
      await expect(imported).rejects.toThrow(/^Record 2 .*nothing was imported/);
      await expect(imported).rejects.toMatchObject({ code: 'config.practice' });
    }
    await expect(overseer.importPractices(good as never, 'ann')).rejects.toThrow(/is a list/);
    await expect(overseer.importPractices([good], 'a')).rejects.toThrow(/Only a person/);
    expect(overseer.practices()).toEqual([]);
  });
});
