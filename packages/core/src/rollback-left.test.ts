import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createCustodian } from './create-custodian.ts';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import { type FakeRepository, fakeRepository, storeOf } from './rollback.fixture.ts';
import type { OpenStore } from './spec/store.ts';
import type { WorkspaceProvider } from './spec/workspace.ts';
import { fakeModel } from './testing/fake-model.ts';

const phases = [{ name: 'A', checklist: ['item'] }, { name: 'B' }];

function team(store: OpenStore, workspaces?: WorkspaceProvider) {
  const models = { a: { model: fakeModel({ reply: () => ({ text: 'fine' }) }) } };
  const more = workspaces === undefined ? {} : { workspaces };
  return { overseer: 'a', models, project: { phases }, store, graceMs: 0, ...more } as const;
}

/** A store whose process died in a rollback to A, before the files had followed. */
async function leftRewinding(
  repository: FakeRepository,
  rollsWithFiles = true,
): Promise<OpenStore> {
  const open = memory();
  const provider = { ...repository.provider, restore: () => new Promise<never>(() => undefined) };
  const overseer = await createOverseer(team(open, provider));
  await overseer.run({ tasks: [{ key: 'one', instruction: 'x' }] }).result;
  await overseer.project.enter('B');
  await overseer.run({ tasks: [{ key: 'two', instruction: 'x' }] }).result;
  if (rollsWithFiles) void overseer.project.rollback({ phase: 'A' }).catch(() => undefined);
  const store = await open();
  for (;;) {
    const all = await store.events.read({ stream: 'project/default', after: 0, limit: 10_000 });
    const at = all.findIndex(({ type }) => type === 'rewind.started');
    if (!rollsWithFiles || at >= 0)
      return await storeOf(rollsWithFiles ? all.slice(0, at + 1) : all);
    await pass(5);
  }
}

describe('a rollback that was left unfinished', () => {
  it('R3: is not ended without the files that it takes back', async () => {
    const repository = fakeRepository();
    const store = await leftRewinding(repository);
    await expect(createOverseer(team(store))).rejects.toMatchObject({
      code: 'rewind.unfinished',
      message: expect.stringMatching(/A\/1.*workspaces/),
    });
    expect(repository.commits.at(-1)?.files).toEqual(['one.txt', 'two.txt']);
    await using overseer = await createOverseer(team(store, repository.provider));
    expect(repository.commits.at(-1)?.files).toEqual([]);
    const state = await overseer.project.state();
    expect(state).toMatchObject({ phase: 'A' });
    expect(state.rewinding).toBeUndefined();
  });

  it('R3 X3: hinders no erasure, and orders about the project wait for it', async () => {
    const repository = fakeRepository();
    const store = await leftRewinding(repository);
    const custodian = await createCustodian({ store });
    const { runs } = await custodian.project.state();
    await custodian.erase(runs[0]?.run ?? '', { by: 'mia' });
    const refused = { code: 'rewind.unfinished' };
    await expect(custodian.project.tick('item')).rejects.toMatchObject(refused);
    await expect(custodian.project.checkpoint('here')).rejects.toMatchObject(refused);
    await expect(custodian.project.enter('B')).rejects.toMatchObject(refused);
    await custodian.close();
    await expect(createCustodian({ store, project: { phases } })).rejects.toMatchObject(refused);
    await using next = await createCustodian({ store, workspaces: repository.provider });
    expect(repository.commits.at(-1)?.files).toEqual([]);
    await next.project.tick('item');
    expect((await next.project.state()).phase).toBe('A');
  });

  it('R3: is ended without them by the word of a person, for a repository that is gone', async () => {
    const repository = fakeRepository();
    const store = await leftRewinding(repository);
    const custodian = await createCustodian({ store });
    const order = { by: 'mia', because: 'the repository is gone' };
    const rewound = await custodian.project.rollback({ phase: 'A' }, order);
    expect(rewound).toMatchObject({ phase: 'A' });
    expect(rewound.restored).toBeUndefined();
    await custodian.close();
    await using overseer = await createOverseer(team(store));
    expect((await overseer.project.state()).rewinding).toBeUndefined();
  });

  it('R3: that leaves files as they are goes on without them', async () => {
    const repository = fakeRepository();
    const left = await leftRewinding(repository, false);
    const overseer = await createOverseer(team(left));
    await overseer.project.rollback({ phase: 'A' });
    await overseer.close();
    const reader = await left();
    const all = await reader.events.read({ stream: 'project/default', after: 0, limit: 10_000 });
    const at = all.findIndex(({ type }) => type === 'rewind.started');
    const store = await storeOf(all.slice(0, at + 1));
    const before = repository.commits.length;
    await using again = await createOverseer(team(store, repository.provider));
    expect(await again.project.state()).toMatchObject({ phase: 'A' });
    expect(repository.commits).toHaveLength(before);
  });
});
