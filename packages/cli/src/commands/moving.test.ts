import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOverseer } from '@overseer/core';
import { environmentKeys, newMasterKey } from '@overseer/storage/at-rest';
import { sqlite } from '@overseer/storage/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { team } from '../moving.fixture.ts';
import { overseer, start } from '../scene.fixture.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overseer-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs the command, and wants that exit code of it. */
async function say(code: number, args: readonly string[], env?: Record<string, string>) {
  const ended = await overseer({ folder }, args, env);
  expect([ended.code, ended.err]).toEqual([code, expect.any(String)]);
  if (code === 0) expect(ended.code, ended.err).toBe(0);
  return ended;
}

/** A journal with a run in it; its id. */
async function work(path = 'a.db'): Promise<string> {
  await using one = await createOverseer({ ...team(), store: sqlite(join(folder, path)) });
  const run = one.run({ tasks: [{ instruction: 'Say something.' }] });
  await run.result;
  return run.id;
}

const A = ['--journal', 'a.db'];
const B = ['--journal', 'b/b.db'];

describe('moving a journal', { tags: ['slow'], timeout: 120_000 }, () => {
  it('A6 R5 R8: keys, export and import carry a run to another journal, with a receipt', async () => {
    const run = await work();
    const theirs = await say(0, ['keys', ...B, '--json']);
    const key = JSON.parse(theirs.out);
    expect((await stat(join(folder, 'b', 'key.secret'))).mode & 0o777).toBe(0o600);
    expect(JSON.parse((await say(0, ['keys', ...B, '--json'])).out)).toEqual({
      ...key,
      isNew: false,
    });

    const exported = await say(0, ['export', 'x.ovpkg', ...A, '--to', key.public]);
    expect(exported.out).toMatch(/A key was made.*key\.secret.*\n\d+ events in .*x\.ovpkg/);
    const foreign = await say(2, ['import', 'x.ovpkg', '--journal', 'c.db', '--key', 'key.secret']);
    expect(foreign.err).toMatch(/not for .* \[package\.key\]/);

    const args = ['import', 'x.ovpkg', ...B, '--receipt', 'r.json'];
    expect((await say(0, args)).out).toMatch(/^\d+ events from [0-9a-f]{16} in .*b\.db\.\n$/);
    expect((await say(0, args)).out).toMatch(/^0 events .*; \d+ were there\.\n$/);
    const receipt = JSON.parse(await readFile(join(folder, 'r.json'), 'utf8'));
    expect(receipt).toMatchObject({ format: 'ovreceipt/1', receiver: key.public });
    const events = await Promise.all([A, B].map((place) => say(0, ['events', ...place, '--json'])));
    expect(events[0]?.out).toBe(events[1]?.out);
    expect((await say(0, ['status', run, ...B])).out).toContain('completed');
  });

  it('X2 A6: a sealed journal is exported in the clear only where that is said', async () => {
    const env = { OVERSEER_KEYS: newMasterKey('first') };
    const path = join(folder, 'sealed.db');
    process.env['OVERSEER_KEYS'] = env.OVERSEER_KEYS;
    const encryption = { keys: environmentKeys() };
    await using one = await createOverseer({ ...team(), store: sqlite(path, { encryption }) });
    await one.run({ tasks: [{ instruction: 'Say something.' }] }).result;
    await one.close();
    delete process.env['OVERSEER_KEYS'];
    const at = ['export', 'x.ovpkg', '--journal', 'sealed.db'];
    expect((await say(2, at, env)).err).toMatch(/--in-the-clear.*\[config\.unsealed-export\]/);
    expect(await readdir(folder)).not.toContain('x.ovpkg');
    const { out } = await say(0, ['keys', ...B, '--json']);
    await say(0, [...at, '--to', JSON.parse(out).public], env);
    await say(0, [...at, '--in-the-clear'], env);
  });

  it('A6 R8: what is wrong with a package, a key or a passphrase is said in a sentence', async () => {
    await work();
    expect((await say(2, ['export', 'x.ovpkg', ...A, '--passphrase'])).err).toMatch(
      /OVERSEER_PASSPHRASE.*\[config\.passphrase\]/,
    );
    const env = { OVERSEER_PASSPHRASE: 'four words of mine' };
    await say(0, ['export', 'x.ovpkg', ...A, '--passphrase'], env);
    await say(2, ['import', 'x.ovpkg', ...B, '--passphrase'], { OVERSEER_PASSPHRASE: 'other' });
    await say(0, ['import', 'x.ovpkg', ...B, '--passphrase', '--json'], env);
    const bytes = await readFile(join(folder, 'x.ovpkg'));
    await writeFile(join(folder, 'torn.ovpkg'), bytes.subarray(0, -3));
    const torn = await say(1, ['import', 'torn.ovpkg', '--journal', 'c.db', '--passphrase'], env);
    expect(torn.err).toMatch(/not whole.*\[package\.torn\]/);
    expect((await say(2, ['import', 'none.ovpkg', ...B])).err).toMatch(/\[config\.no-package\]/);
    expect((await say(2, ['export', 'x.ovpkg', '--journal', 'no.db'])).err).toMatch(/no-journal/);
    await work('other.db');
    const two = await say(1, ['import', 'x.ovpkg', '--journal', 'other.db', '--passphrase'], env);
    expect(two.err).toMatch(/two histories.*\[store\.conflict\]/);
    await chmod(join(folder, 'key.secret'), 0o644);
    expect((await say(2, ['backup', 'k', ...A])).err).toMatch(/chmod 600.*\[config\.key-file\]/);
    expect(await readdir(folder)).not.toContain('k');
  });
});

describe('keeping a journal', { tags: ['slow'], timeout: 120_000 }, () => {
  it('A6 R5: backup, drill and restore, to the newest and to a moment', async () => {
    const run = await work();
    expect((await say(2, ['drill', 'kept', ...A])).err).toMatch(
      /no backup in it.*\[backup\.none\]/,
    );
    const made = await say(0, ['backup', 'kept', ...A, '--json']);
    const before = JSON.parse(made.out.trim().split('\n').at(-1) ?? '').done;
    const whole = await say(0, ['drill', 'kept', ...A]);
    expect(whole.out).toMatch(
      /is whole: \d+ events, .* every event of the journal\.\nRecovery time \(RTO\): .*\nRecovery point \(RPO\): 0\.0 s\n$/,
    );
    await work();
    const behind = JSON.parse((await say(0, ['drill', 'kept', ...A, '--json'])).out);
    expect(behind.missing).toBeGreaterThan(5);
    await say(0, ['backup', 'kept', ...A]);

    expect((await say(2, ['restore', 'kept', ...A])).err).toMatch(
      /there already.*\[backup\.place\]/,
    );
    const key = ['--key', 'key.secret'];
    await say(0, ['restore', 'kept', ...B, ...key]);
    const [all, back] = await Promise.all([A, B].map((place) => say(0, ['events', ...place])));
    expect(back?.out).toBe(all?.out);
    const at = new Date(before.at).toISOString();
    await say(0, ['restore', 'kept', '--journal', 'c.db', ...key, '--at', at]);
    const then = await say(0, ['status', '--journal', 'c.db', '--json']);
    expect(
      then.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).run),
    ).toEqual([run]);
    const early = ['restore', 'kept', '--journal', 'd.db', ...key, '--at', '2020-01-01'];
    expect((await say(2, early)).err).toMatch(/oldest backup is of/);
    expect((await say(2, [...early.slice(0, -1), 'noon'])).err).toMatch(/\[config\.command-line\]/);
    expect((await say(2, ['backup', 'kept', ...A, '--keep', '0/1/1'])).err).toMatch(/--keep takes/);
  });

  it('A6 R5: watches until Ctrl-C, ships what comes, and leaves nothing half done', async () => {
    await work();
    const args = ['backup', 'kept', ...A, '--watch', '--tail', '100ms', '--json'];
    const watch = start({ folder }, args);
    await watch.until(/"kind":"full"/);
    const run = await work();
    await watch.until(/"kind":"tail"/);
    watch.kill('SIGINT');
    const { code } = await watch.ended;
    expect(code).toBe(0);
    const names = await readdir(join(folder, 'kept'));
    expect(
      names.every((name) => /^\d{8}T\d{9}Z-[0-9a-f]{4}-(full|tail-\d{6})\.ovpkg$/.test(name)),
    ).toBe(true);
    await say(0, ['restore', 'kept', ...B]);
    expect((await say(0, ['status', run, ...B])).out).toContain('completed');
  });
});
