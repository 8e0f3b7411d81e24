import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import { lookAtProject, type ProjectLook } from './look-at-project.ts';
import type { ProjectVersion } from './project/history.ts';
import { fakeModel } from './testing/fake-model.ts';

const team = {
  overseer: 'a',
  models: { a: { model: fakeModel({ reply: () => ({ text: 'fine' }) }) } },
  project: { id: 'shop', checklist: ['item'] },
} as const;

async function versionsOf(look: ProjectLook): Promise<readonly ProjectVersion[]> {
  const versions: ProjectVersion[] = [];
  for await (const version of look.history()) versions.push(version);
  return versions;
}

describe('a look at a project', () => {
  it('R3: shows what an overseer has that works on it, as it stands and as it stood', async () => {
    const store = memory();
    await using overseer = await createOverseer({ ...team, store });
    await using look = await lookAtProject(store, 'shop');
    const before = await look.state();
    expect(before).toEqual(await overseer.project.state());
    await overseer.project.tick('item', { by: 'mia' });
    expect((await look.state()).checklist).toMatchObject([{ isTicked: true }]);
    expect(await look.at(before.seq)).toEqual(before);
    await expect(look.at(1_000)).rejects.toMatchObject({ code: 'seq.unknown' });
    const told = await versionsOf(look);
    expect(told.at(-1)).toMatchObject({ by: 'person:mia', what: 'ticked item' });
  });

  it('R3 R8: shows what a store had of a project that left it, and writes nothing', async () => {
    const store = memory();
    const overseer = await createOverseer({ ...team, store });
    await overseer.project.tick('item', { by: 'mia' });
    const away = { handoff: 'h1', receiver: 'ovpub1_somebody' };
    await overseer.handOver({ because: 'moving', away });
    await overseer.close();
    const refused = createOverseer({ ...team, store });
    await expect(refused).rejects.toMatchObject({ code: 'project.away' });
    const reader = await store();
    const head = await reader.events.head('project/shop');
    await using look = await lookAtProject(store, 'shop');
    expect(await look.state()).toMatchObject({ id: 'shop', seq: head });
    expect((await look.at(head - 1)).checklist).toMatchObject([{ isTicked: true }]);
    expect((await versionsOf(look)).at(-1)?.what).toBe('ticked item');
    expect(await reader.events.head('project/shop')).toBe(head);
  });
});
