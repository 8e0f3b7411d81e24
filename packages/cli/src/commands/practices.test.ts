import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOverseer } from '@overseer/core';
import type { Validator } from '@overseer/core/spec';
import { fakeModel } from '@overseer/core/testing';
import { sqlite } from '@overseer/storage/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScene, overseer, type Scene } from '../scene.fixture.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await createScene(undefined, { 'a.txt': 'a\n' });
});

afterEach(() => scene[Symbol.asyncDispose]());

const ask = (...args: readonly string[]) => overseer(scene, ['practices', ...args]);

const strict: Validator = {
  spec: 'validator/1',
  tier: 'automated',
  validate: ({ text }) =>
    text === 'good' ? { kind: 'pass' } : { kind: 'fail', findings: [{ message: 'It is bad.' }] },
};

function openTeam() {
  const replies = ['poor'];
  const model = fakeModel({ id: 'a-1', reply: () => ({ text: replies.pop() ?? 'good' }) });
  const store = sqlite(join(scene.folder, '.overseer', 'journal.db'));
  return createOverseer({ overseer: 'a', models: { a: { model } }, validators: { strict }, store });
}

describe('overseer practices', { tags: ['slow'], timeout: 60_000 }, () => {
  it('M16 A6: lists, notes, takes back, exports and imports what was learned', async () => {
    expect(await ask()).toMatchObject({ code: 2, err: expect.stringContaining('no-journal') });
    {
      await using team = await openTeam();
      const tasks = [{ instruction: 'Do it.', kind: 'write', checks: [{ kind: 'strict' }] }];
      await team.run({ tasks }).result;
      // Beside whoever works on it: read, and not written.
      expect((await ask()).out).toContain('1 × It is bad. (repaired by itself 1, by others 0)');
      expect(await ask('note', 'fake/a-1', 'x', '--by', 'mia')).toMatchObject({
        err: expect.stringContaining('[store.busy]'),
      });
    }
    const listed = await ask();
    expect(listed).toMatchObject({ code: 0, err: '' });
    expect(listed.out).toMatch(/^fake\/a-1 +write +2 +1 +0 % /m);
    const by = ['--by', 'mia'];
    const noted = await ask('note', 'fake/a-1', 'Say good.', '--kind', 'write', ...by);
    expect(noted).toMatchObject({ code: 0, err: '' });
    expect(noted.out).toBe('Noted: "Say good.", for fake/a-1 at write.\n');
    await ask('note', 'p/new', 'Untried.', '--new', ...by);
    const exported = (await ask('--json')).out;
    expect(exported.trim().split('\n')).toHaveLength(2);
    const ofModel = await ask('--model', 'fake/a-1', '--kind', 'write');
    expect(ofModel.out).toMatch(/ mia: Say good\.\n$/);
    expect(ofModel.out).not.toContain('p/new');
    const one = await ask('drop', 'fake/a-1', '--kind', 'write', '--pattern', 'It is bad.', ...by);
    expect(one.out).toMatch(/told no more to fake\/a-1 at write, and not learned again/);
    expect((await ask()).out).toContain('  taken back: It is bad.\n');
    expect(await ask('drop', 'fake/a-1', ...by)).toMatchObject({ code: 0 });
    expect((await ask()).out).not.toContain('fake/a-1');
    const file = join(scene.folder, '..', 'practices.jsonl');
    writeFileSync(file, exported);
    const imported = await ask('import', file, ...by);
    expect(imported.out).toMatch(/^1 record taken over\. 1 record left out, .*--replace/);
    expect((await ask('--json')).out).toBe(exported);
    expect((await ask('import', file, '--replace', '--json', ...by)).out).toContain('"kept":[]');
  });

  it('M16 R9: says what is wrong, where, and what to do', async () => {
    await (await openTeam()).close();
    expect((await ask()).out).toBe('Nothing is known of any model yet.\n');
    expect(await ask('note', 'a', 'x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--by'),
    });
    expect((await ask('note', 'p/m', 'x', '--by', 'mia')).err).toContain('[config.unknown-model]');
    expect((await ask('drop', 'p/m', '--by', 'mia')).err).toContain('[config.practice]');
    expect((await ask('lst')).err).toMatch(/no command "lst"; it has list, note, drop, import/);
    const file = join(scene.folder, '..', 'bad.json');
    writeFileSync(file, '{"model": "p/m"}');
    const bad = await ask('import', file, '--by', 'mia');
    expect(bad).toMatchObject({ code: 2 });
    expect(bad.err).toMatch(/Record 1 .*nothing was imported.*\[config\.practice\]/s);
    writeFileSync(file, '{"model"');
    expect((await ask('import', file, '--by', 'mia')).err).toMatch(/bad\.json cannot be read/);
  });
});
