import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOverseer } from '@overseer/core';
import { fakeModel } from '@overseer/core/testing';
import { sqlite } from '@overseer/storage/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScene, overseer, type Scene } from '../../scene.fixture.ts';

const SHOP = {
  id: 'shop',
  title: 'A shop',
  checklist: ['licence chosen'],
  phases: [
    { name: 'Plan', checklist: ['scope agreed'], leave: [{ kind: 'checklist-ticked' }] },
    { name: 'Build', leave: [{ kind: 'tasks-verified' }] },
    { name: 'Ship' },
  ],
};

let scene: Scene;

beforeEach(async () => {
  scene = await createScene(undefined, { 'a.txt': 'a\n' });
  writeFileSync(join(scene.folder, '..', 'shop.json'), JSON.stringify(SHOP));
});

afterEach(() => scene[Symbol.asyncDispose]());

const ask = (...args: readonly string[]) => overseer(scene, ['project', ...args]);

async function work(): Promise<void> {
  const models = { one: { model: fakeModel({ reply: () => ({ text: 'Done.' }) }) } };
  const store = sqlite(join(scene.folder, '.overseer', 'journal.db'));
  await using team = await createOverseer({ overseer: 'one', models, store, project: 'shop' });
  await team.run({ tasks: [{ instruction: 'Build it.' }] }).result;
}

describe('overseer project', { tags: ['slow'], timeout: 60_000 }, () => {
  it('R3 A6: defines a project, steers it through its phases, and takes it back', async () => {
    const defined = await ask('define', '../shop.json', '--by', 'mia');
    expect(defined).toMatchObject({ code: 0, err: '' });
    expect(defined.out).toBe('shop goes through Plan, Build, Ship; it is in Plan.\n');
    const refused = await ask('enter', 'Build', '--by', 'mia');
    expect(refused.code).toBe(1);
    expect(refused.out).toContain('did not enter Build:\n  ✗ not ticked: ');
    for (const item of ['scope agreed', 'licence chosen']) {
      expect(await ask('tick', item, '--by', 'mia')).toMatchObject({ code: 0 });
    }
    const entered = await ask('enter', 'Build', '--json');
    expect(JSON.parse(entered.out)).toMatchObject({ kind: 'entered', checkpoint: 'Build/1' });
    expect(await ask('checkpoint', 'before')).toMatchObject({ code: 0 });
    await work();
    const shown = await ask();
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(shown.out).toMatch(/^A shop \(shop\): in Build; 1 run, [\d,]+ tokens/);
    expect(shown.out).toMatch(/^Build +current +1 +0 +0 /m);
    expect(shown.out).toContain('  [x] scope agreed (Plan), by person:mia\n');
    const { seq } = JSON.parse((await ask('--json')).out);
    expect(await ask('rollback', '--checkpoint', 'before')).toMatchObject({
      code: 2,
      err: expect.stringContaining('[config.approval]'),
    });
    const order = ['--by', 'mia', '--because', 'a better idea'];
    const back = await ask('rollback', '--checkpoint', 'before', ...order);
    expect(back).toMatchObject({ code: 0, err: '' });
    expect(back.out).toMatch(/^The project went back to before; /);
    expect((await ask()).out).toMatch(/^Build +current +0 +0 +0 /m);
    expect((await ask('show', '--at', String(seq))).out).toMatch(/^Build +current +1 +0 +0 /m);
    const history = await ask('history');
    expect(history.out).toMatch(/person:mia: ticked scope agreed\n[\s\S]*went back to before/);
  });

  it('R3 R9: says what is wrong, where, and what to do', async () => {
    expect(await ask()).toMatchObject({ code: 2, err: expect.stringContaining('no-journal') });
    writeFileSync(join(scene.folder, '..', 'bad.json'), '{"phases": [');
    const bad = await ask('define', '../bad.json');
    expect(bad).toMatchObject({ code: 2 });
    expect(bad.err).toMatch(/bad\.json is no JSON .*\[config\.project\]/);
    await ask('define', '../shop.json');
    expect(await ask('--project', 'shops')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no project "shops": say --project with one of "shop"'),
    });
    const unknown = await ask('enter', 'Bild');
    expect(unknown.err).toMatch(/Build.*\[phase\.unknown\]/s);
    expect(await ask('rollback', '--by', 'mia', '--because', 'x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--checkpoint NAME'),
    });
    expect((await ask('entr', 'Build')).err).toMatch(/no command "entr".*enter/);
  });
});
