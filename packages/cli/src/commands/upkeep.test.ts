import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createOverseer } from '@overseer/core';
import { fakeModel } from '@overseer/core/testing';
import { environmentKeys } from '@overseer/storage/at-rest';
import { postgresPrograms, startPostgres } from '@overseer/storage/postgres/throwaway-server';
import { sqlite } from '@overseer/storage/sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createScene, overseer, type Scene, smallScenario } from '../scene.fixture.ts';

let scene: Scene;
let journal: string;

beforeEach(async () => {
  scene = await createScene(smallScenario());
  journal = join(scene.folder, 'j.db');
  const models = { one: { model: fakeModel({ reply: () => ({ text: 'Kept.' }) }) } };
  await using team = await createOverseer({ overseer: 'one', models, store: sqlite(journal) });
  await team.run({ tasks: [{ instruction: 'Keep this secret.' }] }).result;
});

afterEach(() => scene[Symbol.asyncDispose]());

const run = (command: string, ...more: readonly string[]) =>
  overseer(scene, [command, '--journal', 'j.db', ...more]);

describe('looking after a journal', { tags: ['slow'], timeout: 60_000 }, () => {
  it('R11: verify says that it is sound, or what is not and how much is good', async () => {
    const sound = await run('verify');
    expect(sound).toMatchObject({ code: 0, err: '' });
    expect(sound.out).toMatch(/^project\/default: \d+ events, proven up to seq \d+, hash \w{64}\n/);
    expect(sound.out).toMatch(/Sound: .*j\.db\n$/);
    damage();
    const damaged = await run('verify');
    expect(damaged.code).toBe(1);
    expect(damaged.out).toMatch(
      /proven up to seq 2,[\s\S]*✗ seq 3 of project\/default: .*\nNot sound/,
    );
    const told = JSON.parse((await run('verify', '--json')).out);
    expect(told).toMatchObject({ isSound: false, streams: [{ goodTo: 2 }], problemCount: 1 });
  });

  it('R11: repair makes a sound journal beside it, and says what was lost', async () => {
    damage();
    const repaired = await run('repair');
    expect(repaired.code).toBe(1);
    expect(repaired.out).toMatch(/1 lost \(seq 3\), new hashes from seq 3 on\n/);
    expect(repaired.out).toContain('1 damaged rows are kept in');
    const again = await overseer(scene, ['verify', '--journal', 'j.db.repaired']);
    expect(again).toMatchObject({ code: 0 });
    expect(again.out).toContain('1 lost to damage and repaired');
    expect(await run('repair')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/is there already.*\[store\.unreachable\]\n$/),
    });
  });

  it('R11: compact says how many bytes it gave', async () => {
    const compacted = await run('compact');
    expect(compacted).toMatchObject({ code: 0, err: '' });
    expect(compacted.out).toMatch(
      /^0 large values and 0 snapshots removed: 0 bytes\nCompact: .*j\.db\n$/,
    );
    damage();
    expect(await run('compact', '--json')).toMatchObject({ code: 0 });
  });

  it('X3: audit writes what proves itself, and checks it', async () => {
    expect(await run('audit', '--out', 'audit.jsonl')).toMatchObject({ code: 0, out: '' });
    const path = join(scene.folder, 'audit.jsonl');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const checked = await overseer(scene, ['audit', '--check', 'audit.jsonl']);
    expect(checked).toMatchObject({
      code: 0,
      out: expect.stringMatching(/Sound: audit\.jsonl\n$/),
    });
    expect((await run('audit')).out).toBe(readFileSync(path, 'utf8'));
    writeFileSync(path, readFileSync(path, 'utf8').replace('secret', 'sacred'));
    const forged = await overseer(scene, ['audit', '--check', 'audit.jsonl', '--json']);
    expect(forged.code).toBe(1);
    expect(JSON.parse(forged.out)).toMatchObject({ isSound: false });
    for (const args of [
      ['--check', 'none.jsonl'],
      ['--out', 'audit.jsonl'],
    ]) {
      expect(await run('audit', ...args)).toMatchObject({
        code: 2,
        err: expect.stringMatching(/\[config\.audit-file\]\n$/),
      });
    }
  });

  it('X2: seal and rotate-keys take the keys of the environment, as every command does', async () => {
    expect(await run('seal')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/OVERSEER_KEYS.*\[config\.no-keys\]\n$/),
    });
    const [first, second] = [await key('first'), await key('second')];
    const sealed = await sealedWith(['seal'], first);
    expect(sealed).toMatchObject({ code: 0, out: expect.stringMatching(/Sealed: \d+ events/) });
    expect(readFileSync(journal).includes('secret')).toBe(false);
    expect(await run('status')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/\[store\.key\]\n$/),
    });
    expect((await sealedWith(['events'], first)).out).toContain('run.finished');
    const rotated = await sealedWith(['rotate-keys', '--json'], `${second},${first}`);
    expect(JSON.parse(rotated.out).rotated).toBeGreaterThan(1);
    expect(await sealedWith(['status'], second)).toMatchObject({ code: 0 });
    expect(await sealedWith(['status'], first)).toMatchObject({ code: 1 });
    const file = join(scene.folder, 'keys');
    writeFileSync(file, second, { mode: 0o600 });
    const args = ['verify', '--journal', 'j.db'];
    expect(await overseer(scene, args, { OVERSEER_KEY_FILE: file })).toMatchObject({ code: 0 });
  });
});

describe('erasing a run', { tags: ['slow'], timeout: 180_000 }, () => {
  it('X3: needs a person and a reason, a sealed journal, and leaves it proven', async () => {
    const args = ['--by', 'mia', '--because', 'Ada asked for it'];
    const id = JSON.parse((await run('status', '--json')).out).run;
    expect(await run('erase', id)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--by.*\[config\.approval\]\n$/),
    });
    expect(await run('erase', id, ...args)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/\[store\.unsealed\]\n$/),
    });
    const first = await key('first');
    await sealedWith(['seal'], first);
    const erased = await sealedWith(['erase', id, ...args], first);
    expect(erased).toMatchObject({ code: 0, out: expect.stringMatching(/^Erased: what run /) });
    const { out } = await sealedWith(['events', id], first);
    expect(out).toContain('event.erased');
    expect(out).toContain('run.erased');
    expect(out).not.toContain('secret');
    const shown = await sealedWith(['status', id], first);
    expect(shown.out).toMatch(/^\(erased\): erased \(Ada asked for it\)\n/);
    expect(await sealedWith(['verify'], first)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/, \d+ erased\n/),
    });
    expect(await sealedWith(['erase', 'nobody', ...args], first)).toMatchObject({ code: 2 });
    const unknown =
      /^Nothing in .* is of "ada": no run of it says for whom it was\. \[config\.user\]\n$/;
    const person = await sealedWith(['erase', '--user', 'ada', ...args], first);
    expect(person).toMatchObject({ code: 2, out: '', err: expect.stringMatching(unknown) });
    expect(await sealedWith(['erase', id, '--user', 'ada', ...args], first)).toMatchObject({
      code: 2,
    });
    const given = await sealedWith(['export', 'ada.jsonl', '--user', 'ada'], first);
    expect(given).toMatchObject({ code: 2, out: '', err: expect.stringMatching(unknown) });
    expect(existsSync(join(scene.folder, 'ada.jsonl'))).toBe(false);
  });
});

describe('erasing a person', { tags: ['slow'], timeout: 180_000 }, () => {
  it('X3: finds what a person has in every project of a journal', async () => {
    const first = await key('first');
    await sealedWith(['seal'], first);
    vi.stubEnv('JOURNAL_KEYS', first);
    const keys = environmentKeys('JOURNAL_KEYS');
    for (const project of ['shop', 'site']) {
      const models = {
        one: { model: fakeModel({ reply: () => ({ text: `Ada's ${project}.` }) }) },
      };
      const store = sqlite(journal, { encryption: { keys } });
      await using team = await createOverseer({ overseer: 'one', models, store, project });
      await team.run({ tasks: [{ instruction: 'For Ada.' }] }, { user: 'ada' }).result;
    }
    const order = ['--by', 'mia', '--because', 'Ada asked for it'];
    const given = await sealedWith(['export', 'ada.jsonl', '--user', 'ada'], first);
    expect(given).toMatchObject({ code: 0 });
    const lines = readFileSync(join(scene.folder, 'ada.jsonl'), 'utf8');
    expect(lines).toContain("Ada's shop.");
    expect(lines).toContain("Ada's site.");
    const erased = await sealedWith(['erase', '--user', 'ada', ...order], first);
    expect(erased).toMatchObject({ code: 0, out: expect.stringMatching(/^Erased: what 2 runs/) });
    const again = await sealedWith(['erase', '--user', 'ada', ...order], first);
    expect(again).toMatchObject({
      code: 0,
      out: expect.stringMatching(/; 2 were erased before$/m),
    });
    const wrong = await sealedWith(['erase', '--user', 'adda', ...order], first);
    const near = expect.stringMatching(/did you mean "ada"\? .*\[config\.user\]\n$/);
    expect(wrong).toMatchObject({ code: 2, out: '', err: near });
  });

  it('X3: makes no project where there is no such run', async () => {
    const store = sqlite(join(scene.folder, 'shop.db'));
    const models = { one: { model: fakeModel({ reply: () => ({ text: 'Sold.' }) }) } };
    await using team = await createOverseer({ overseer: 'one', models, store, project: 'shop' });
    await team.run({ tasks: [{ instruction: 'Sell.' }] }).result;
    await team.close();
    const order = ['--by', 'mia', '--because', 'test', '--journal', 'shop.db'];
    expect(await overseer(scene, ['erase', 'nobody', ...order])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^There is no run nobody in .*shop\.db\. \[run\.unknown\]\n$/),
    });
    const opened = await store();
    expect(await opened.events.streams()).toEqual(['project/shop']);
    await opened.close();
  });
});

describe.skipIf(postgresPrograms() === undefined)(
  'looking after a journal in a database',
  { tags: ['slow'], timeout: 120_000 },
  () => {
    it('X2 X3 R11: it is sealed by the keys of the environment, verified, erased and rotated', async () => {
      await using server = await startPostgres();
      const address = server.url.replace('postgres@', 'postgres:sesame@');
      const [first, second] = [await key('first'), await key('second')];
      const at = ([command = '', ...more]: readonly string[], keys: string) =>
        overseer(scene, [command, '--journal', address, ...more], { OVERSEER_KEYS: keys });
      const worked = await at(['run', ...scene.server, '--model', 'boss', 'Keep 7f3a?'], first);
      expect(worked.code, worked.err).toBe(0);
      const bodies = server.sql("SELECT string_agg(encode(body, 'hex'), ' ') FROM overseer.event");
      expect(bodies).not.toContain(Buffer.from('7f3a').toString('hex'));
      expect(await at(['status'], second)).toMatchObject({
        code: 1,
        err: expect.stringMatching(/\[store\.key\]\n$/),
      });
      const id = JSON.parse((await at(['status', '--json'], first)).out).run;
      const args = [id, '--by', 'mia', '--because', 'Ada asked for it'];
      const erased = await at(['erase', ...args], first);
      expect(erased.out, erased.err).toMatch(/^Erased: what run /);
      const rotated = await at(['rotate-keys', '--json'], `${second},${first}`);
      expect(JSON.parse(rotated.out).rotated, rotated.err).toBeGreaterThan(0);
      expect(await at(['status'], first)).toMatchObject({ code: 1 });
      const sound = await at(['verify'], second);
      expect(sound.out, sound.err).toMatch(/, \d+ erased\n[\s\S]*Sound: .*127\.0\.0\.1/);
      server.sql("UPDATE overseer.event SET stub = replace(stub, '[', '[ ') WHERE seq = 3");
      const damaged = await at(['verify'], second);
      expect(damaged).toMatchObject({
        code: 1,
        out: expect.stringMatching(/✗ seq 3 of [\s\S]*Not sound: .*or run "overseer repair".*\n$/),
      });
      const repaired = await at(['repair', '--out', 'aside.jsonl'], second);
      expect(repaired.code, repaired.err).toBe(1);
      expect(repaired.out).toMatch(/1 lost \(seq 3\), new hashes from seq 3 on\n/);
      expect(repaired.out).toMatch(/1 damaged rows are kept in .*aside\.jsonl\nRepaired: .*\n$/);
      expect(await at(['verify'], second)).toMatchObject({ code: 0 });
      const audited = await at(['audit', '--out', 'audit.jsonl'], second);
      expect(audited.code, audited.err).toBe(0);
      expect(await at(['audit', '--check', 'audit.jsonl'], second)).toMatchObject({ code: 0 });
      const compacted = await overseer(scene, ['compact', address, '--json'], {
        OVERSEER_KEYS: second,
      });
      expect(JSON.parse(compacted.out), compacted.err).toMatchObject({ blobs: 0 });
      const sealed = await at(['seal', '--json'], second);
      expect(JSON.parse(sealed.out), sealed.err).toMatchObject({ sealed: 0 });
      const words = [worked, erased, rotated, sound, damaged, repaired, audited, sealed].flatMap(
        ({ out, err }) => [out, err],
      );
      expect(words.join()).not.toContain('sesame');
    });
  },
);

async function key(id: string): Promise<string> {
  return (await overseer(scene, ['master-key', id])).out.trim();
}

function sealedWith([command = '', ...more]: readonly string[], keys: string) {
  return overseer(scene, [command, '--journal', 'j.db', ...more], { OVERSEER_KEYS: keys });
}

function damage(): void {
  using database = new DatabaseSync(journal);
  database.exec(
    'UPDATE event SET body = replace(body, \'"overseer"\', \'"OVERSEER"\') WHERE seq = 3',
  );
}
