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

  it('M16 A6: keeps frameworks, limits, tokens and months apart, and tidies, after saying what it would do', async () => {
    await (await openTeam()).close();
    const by = ['--by', 'mia'];
    const finding = { times: 2, repairedBySame: 1, repairedByOther: 0 };
    const month = { attempts: 10, accepted: 5, begun: 10, firstPasses: 4 };
    const base = {
      model: 'p/m',
      kind: 'write',
      attempts: 20,
      accepted: 10,
      begun: 20,
      meanTokens: 500,
      notes: [],
    };
    const findings = [
      { pattern: 'It is bad.', ...finding },
      { pattern: 'it is bad', ...finding },
    ];
    const limit = {
      limit: 'context-overflow',
      detail: 'window of 8192 tokens',
      workaround: 'shorten',
      times: 3,
      worked: 2,
      lastAt: 1,
    };
    const records = [
      {
        ...base,
        findings,
        limits: [limit],
        history: [
          { month: '2026-01', ...month },
          { month: '2026-02', ...month, firstPasses: 8 },
        ],
      },
      {
        ...base,
        framework: 'bmad',
        meanTokens: 400,
        findings: [],
        tokens: { input: 300, cached: 150, output: 100 },
      },
      { ...base, kind: 'old', findings: [], pastSince: 5, lastAt: 4 },
    ];
    const file = join(scene.folder, '..', 'frameworks.jsonl');
    writeFileSync(file, records.map((one) => JSON.stringify(one)).join('\n'));
    expect((await ask('import', file, ...by)).out).toBe('3 records taken over.\n');
    const { out } = await ask();
    expect(out).toMatch(/^p\/m +write with bmad +20 +10/m);
    expect(out).toContain(
      '  limit context-overflow (window of 8192 tokens): shorten, which worked 2 of 3 times\n',
    );
    expect(out).toContain(
      '  tokens: 300 read, 50 % of them kept by the provider, 100 written; 20 % fewer than over all prompts\n',
    );
    expect(out).toContain('  first try by month: 2026-01 40 % of 10, 2026-02 80 % of 10\n');
    expect(out).toMatch(/1 record of the past; --past shows [^\n]+\n$/);
    expect(out).not.toMatch(/^p\/m +old/m);
    expect((await ask('--past')).out).toMatch(/^p\/m +old/m);
    await ask('note', 'p/m', 'Two lines.', '--framework', 'bmad', '--kind', 'write', ...by);
    expect((await ask('--framework', 'bmad')).out).toMatch(/ mia: Two lines\.\n$/);
    expect((await ask('note', 'p/m', 'x', '--framework', 'bmd', ...by)).err).toContain(
      'did you mean "bmad"',
    );
    const dry = await ask('tidy', '--dry-run', ...by);
    expect(dry.out).toContain('Would do: merged 1 finding into others that say the same, dated ');
    expect(dry.out).toContain(
      '  merged p/m at write: it is bad → It is bad. (both say the same)\n',
    );
    expect((await ask()).out).toContain('2 × it is bad');
    expect((await ask('tidy', '--forget-after', '9 days', ...by)).err).toContain(
      '[config.practice]',
    );
    expect((await ask('tidy', ...by)).out).toBe(dry.out.replace('Would do', 'Done'));
    expect((await ask()).out).toContain('4 × It is bad. (repaired by itself 2, by others 0)');
    const again = JSON.parse((await ask('tidy', '--json', ...by)).out);
    expect(again).toMatchObject({ changes: [], because: 'nothing to tidy in 3 records' });
    await ask('drop', 'p/m', '--framework', 'bmad', ...by);
    expect((await ask()).out).not.toContain('bmad');
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
    expect((await ask('lst')).err).toMatch(
      /no command "lst"; it has list, note, drop, tidy, import/,
    );
    const file = join(scene.folder, '..', 'bad.json');
    writeFileSync(file, '{"model": "p/m"}');
    const bad = await ask('import', file, '--by', 'mia');
    expect(bad).toMatchObject({ code: 2 });
    expect(bad.err).toMatch(/Record 1 .*nothing was imported.*\[config\.practice\]/s);
    writeFileSync(file, '{"model"');
    expect((await ask('import', file, '--by', 'mia')).err).toMatch(/bad\.json cannot be read/);
  });
});
