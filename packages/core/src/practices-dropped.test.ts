import { expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import type { Validator } from './spec/validator.ts';
import { fakeModel } from './testing/fake-model.ts';

const broken: Validator = {
  spec: 'validator/1',
  tier: 'automated',
  validate: () => ({ kind: 'fail', findings: [{ message: 'It is bad.' }] }),
};

it('M16: what a broken check taught is taken back, stays so over a restart, and is told no more', async () => {
  const store = await memory()();
  const model = fakeModel({ id: 'a-1', reply: () => ({ text: 'done' }) });
  const open = () =>
    createOverseer({
      overseer: 'a',
      models: { a: { model } },
      validators: { broken },
      store: async () => ({ ...store, close: async () => {} }),
    });
  const isTold = (): boolean => JSON.stringify(model.requests.at(-1)).includes('It is bad.');
  const first = await open();
  const tasks = [{ instruction: 'Do it.', kind: 'write', checks: [{ kind: 'broken' }] }] as const;
  await first.run({ tasks }).result;
  await first.run({ tasks: [{ instruction: 'Do more.', kind: 'write' }] }).result;
  expect(isTold()).toBe(true);
  const [practice] = first.practices();
  const pattern = practice?.findings[0]?.pattern ?? '';
  const what = { model: 'fake/a-1', kind: 'write', pattern };
  await expect(first.dropPractice({ ...what, pattern: 'x' }, 'mia')).rejects.toMatchObject({
    code: 'config.practice',
  });
  await expect(first.dropPractice(what, 'a')).rejects.toThrow(/Only a person/);
  await first.dropPractice(what, 'mia');
  await first.close();
  await using second = await open();
  await second.run({ tasks: [{ instruction: 'And more.', kind: 'write' }] }).result;
  expect(isTold()).toBe(false);
  expect(second.practices()).toMatchObject([{ kind: 'write', findings: [] }]);
  await second.dropPractice({ model: 'fake/a-1' }, 'mia');
  expect(second.practices()).toEqual([]);
  for (const note of ['x'.repeat(501), 5]) {
    await expect(
      second.notePractice({ model: 'a', note: note as string }, 'mia'),
    ).rejects.toMatchObject({ code: 'config.practice' });
  }
  await expect(second.notePractice({ model: 'a', note: 'x' }, 'a')).rejects.toThrow(/person/);
});

it('M16: orders that are malformed are refused, and take nothing back', async () => {
  const model = fakeModel({ id: 'a-1', reply: () => ({ text: 'done' }) });
  await using overseer = await createOverseer({ overseer: 'a', models: { a: { model } } });
  await overseer.run({ tasks: [{ instruction: 'Do it.', kind: 'write' }] }).result;
  const drops = [{ model: 'a', patern: 'x' }, { model: 'a', kind: 5 }, { modle: 'a' }, null, 'a'];
  for (const what of drops) {
    await expect(overseer.dropPractice(what as never, 'mia'), JSON.stringify(what)).rejects.toThrow(
      expect.objectContaining({ code: 'config.practice' }),
    );
  }
  const notes = [
    { model: 'a', note: 'x', kind: '' },
    { model: 'a', note: 'x', kind: 5 },
    { model: 'a', note: 'x', knd: 'write' },
    { model: 5, note: 'x' },
    { note: 'x' },
    undefined,
  ];
  for (const note of notes) {
    await expect(overseer.notePractice(note as never, 'mia')).rejects.toMatchObject({
      code: 'config.practice',
    });
  }
  await expect(overseer.notePractice({ model: 'b/b', note: 'x' }, 'mia')).rejects.toMatchObject({
    code: 'config.unknown-model',
  });
  await expect(overseer.notePractice({ model: 'a', note: 'x' }, '')).rejects.toThrow(/person/);
  expect(overseer.practices()).toMatchObject([{ kind: 'write', attempts: 1, notes: [] }]);
});
