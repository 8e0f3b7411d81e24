import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { createNode, createOverseer } from '@overseer/core';
import { currentHolder } from '@overseer/core/plugin';
import { fakeModel } from '@overseer/core/testing';
import { awayOf } from '@overseer/storage/handoff';
import { createKeyPair, openPackage, packageFile } from '@overseer/storage/package';
import { postgres } from '@overseer/storage/postgres';
import { postgresPrograms, startPostgres } from '@overseer/storage/postgres/throwaway-server';
import { sqlite } from '@overseer/storage/sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { team } from '../moving.fixture.ts';
import { overseer } from '../scene.fixture.ts';

const CANARY = 'canary-51c9aa07be';
const WORD = ['--by', 'mia', '--because', 'moving'];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overseer-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs the command, and wants that exit code of it. */
async function say(code: number, args: readonly string[], env?: Record<string, string>) {
  const ended = await overseer({ folder }, args, env);
  expect({ code: ended.code, err: ended.err }).toEqual({ code, err: expect.any(String) });
  return ended;
}

/** A journal with a run in it that is finished. */
async function work(path: string): Promise<string> {
  await using one = await createOverseer({ ...team(), store: sqlite(join(folder, path)) });
  const run = one.run({ tasks: [{ instruction: 'Say something.' }] });
  await run.result;
  return run.id;
}

const A = ['--journal', 'a/a.db'];
const B = ['--journal', 'b/b.db'];

describe('overseer handoff', { tags: ['slow'], timeout: 120_000 }, () => {
  it('A6 R8: takes a project from a file to another, with its secrets, and the receipt closes it', async () => {
    const run = await work('a/a.db');
    const ours = JSON.parse((await say(0, ['keys', ...A, '--json'])).out);
    await writeFile(join(folder, 'their.key'), (await say(0, ['keys', ...B])).out);
    const to = ['--to', 'their.key'];
    expect((await say(2, ['handoff', 'x.ovpkg', ...A, ...to])).err).toContain('[config.approval]');
    expect((await say(2, ['handoff', 'x.ovpkg', ...A, ...WORD])).err).toContain('--to');
    const sealing = ['handoff', 'x.ovpkg', ...A, ...to, ...WORD, '--secret', 'API_KEY'];
    expect((await say(2, sealing)).err).toContain('[config.secret]');

    const sent = await say(0, [...sealing, '--json'], { API_KEY: CANARY });
    expect(JSON.parse(sent.out)).toMatchObject({ project: 'default', events: expect.any(Number) });
    const again = await say(0, ['handoff', 'y.ovpkg', ...A, ...to, ...WORD]);
    expect(again.out).toMatch(/^default left: \d+ events in .*y\.ovpkg/);
    const shown = (await say(0, ['project', ...A])).out;
    expect(shown).toMatch(/\nIt left for \w{16}, and nobody works on it here\.\n$/);
    expect(JSON.parse((await say(0, ['project', ...A, '--json'])).out)).toHaveProperty('away');
    const nowhere = ['--base-url', 'http://127.0.0.1:9/v1'];
    expect((await say(1, ['resume', ...A, '--model', 'x', ...nowhere])).err).toMatch(/./);

    const refused = await say(1, [
      'accept',
      'x.ovpkg',
      ...B,
      '--from',
      JSON.parse((await say(0, ['keys', '--journal', 'c/c.db', '--json'])).out).public,
    ]);
    expect(refused.err).toContain('[package.signature]');
    const accepting = ['accept', 'x.ovpkg', ...B, '--from', ours.public];
    expect((await say(0, accepting)).out).toMatch(/^default goes on here: \d+ events.*API_KEY/);
    const taken = await say(0, [...accepting, '--secrets', 's.json', '--answer', 'r.json']);
    expect(taken.out).not.toContain(CANARY);
    expect(JSON.parse(await readFile(join(folder, 's.json'), 'utf8'))).toEqual({ API_KEY: CANARY });
    expect((await stat(join(folder, 's.json'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(folder, 'r.json'), 'utf8')).toBe(
      await readFile(join(folder, 'x.ovpkg.answer'), 'utf8'),
    );
    expect((await say(0, ['status', run, ...B])).out).toContain('completed');
    expect((await say(0, ['project', ...B])).out).not.toContain('It left');
    // Orders take up nothing: who works on it next looks at its connections.
    await say(0, ['project', 'checkpoint', 'arrived', ...B]);
    expect((await say(0, ['events', ...B])).out).not.toContain('handoff.accepted');
    await (await createOverseer({ ...team(), store: sqlite(join(folder, 'b/b.db')) })).close();
    expect((await say(0, ['events', ...B])).out).toContain('handoff.accepted');
    const late = await say(2, ['handoff', 'l.ovpkg', ...A, '--late']);
    expect(late.err).toContain('no reply came for it since');

    expect((await say(2, ['close-handoff', 's.json', ...A])).err).toContain('[config.answer]');
    expect((await say(0, ['close-handoff', 'r.json', ...A])).out).toContain(
      'the handoff is closed',
    );
    const recall = await say(1, ['recall-handoff', ...A, ...WORD]);
    expect(recall.err).toContain('[handoff.delivered]');
    const sending = ['handoff', 'again.ovpkg', ...A, ...to, ...WORD];
    expect((await say(1, sending)).err).toMatch(/--again.*\[handoff\.delivered\]/s);
    expect((await say(0, [...sending, '--again'])).out).toMatch(/^default left: \d+ events/);
  });

  it('A6 R8: what cannot be taken is refused when told so, and goes on at the sender', async () => {
    await work('a/a.db');
    const key = (file: string) => say(0, ['keys', '--key', file, '--json']);
    const theirs = JSON.parse((await key('their.secret')).out).public;
    await key('wrong.secret');
    await say(0, ['handoff', 'x.ovpkg', ...A, '--to', theirs, ...WORD]);
    const accepting = ['accept', 'x.ovpkg', ...B, '--key', 'wrong.secret'];
    expect((await say(2, accepting)).err).toContain('[package.key]');
    expect((await say(1, [...accepting, '--refuse'])).out).toMatch(/^It is refused for good/);
    const closing = ['close-handoff', 'x.ovpkg.answer', ...A];
    expect((await say(1, closing)).err).toContain('[package.receipt]');
    const wrong = JSON.parse((await key('wrong.secret')).out).public;
    expect((await say(0, [...closing, '--trust', wrong])).out).toMatch(
      /goes on here: .* refused it/,
    );
    await using next = await createOverseer({ ...team(), store: sqlite(join(folder, 'a/a.db')) });
    expect(next.unfinished()).toEqual([]);
  });

  it('A6 R8: a project that nobody took is recalled by a person, and waited for while it is busy', async () => {
    const one = await createOverseer({ ...team(), store: sqlite(join(folder, 'a.db')) });
    await one.run({ tasks: [{ instruction: 'Say something.' }] }).result;
    const { public: key } = JSON.parse((await say(0, ['keys', ...B, '--json'])).out);
    const place = ['--journal', 'a.db'];
    const sending = ['handoff', 'x.ovpkg', ...place, '--to', key, ...WORD];
    expect((await say(1, sending)).err).toContain('[store.busy]');
    const waiting = say(0, [...sending, '--wait', '60s']);
    await one.close();
    await waiting;
    expect((await say(2, ['recall-handoff', ...place])).err).toContain('[config.approval]');
    const recalled = await say(0, ['recall-handoff', ...place, ...WORD]);
    expect(recalled.out).toContain('goes on here');
    await using next = await createOverseer({ ...team(), store: sqlite(join(folder, 'a.db')) });
    expect((await next.run({ tasks: [{ instruction: 'x' }] }).result).status).toBe('completed');
  });

  it.skipIf(postgresPrograms() === undefined)(
    'A6 R8: a package is whole where somebody keeps a late reply while it is made',
    async () => {
      await using server = await startPostgres();
      const open = postgres(server.url);
      const one = await createOverseer({ ...team(), store: open });
      await one.run({ tasks: [{ instruction: 'Say something.' }] }).result;
      await one.close();
      const theirs = createKeyPair();
      const store = await open();
      const note = await store.leases.acquire('handoff/default', currentHolder('late reply'));
      if (note.kind === 'busy') throw new Error('nobody had it');
      const place = ['--journal', server.url, '--key', 'our.secret'];
      const sending = ['handoff', 'x.ovpkg', ...place, '--to', theirs.public, '--wait', '60s'];
      const sent = say(0, [...sending, ...WORD]);
      const isAway = async () => (await awayOf(store, 'default')) !== undefined;
      await vi.waitUntil(isAway, { timeout: 60_000, interval: 20 });
      await pass(1_000);
      await store.leases.release('handoff/default', note.epoch);
      await store.close();
      expect((await sent).out).toContain('default left');
      const { manifest } = await openPackage(packageFile(join(folder, 'x.ovpkg')), {
        secret: theirs.secret,
      });
      expect(manifest.streams.map(({ name }) => name)).toEqual(['project/default']);
    },
  );

  it.skipIf(postgresPrograms() === undefined)(
    'A6 R8 R12: a node lets a project leave its database, which goes on in another, and comes back to a file',
    async () => {
      await using server = await startPostgres();
      server.sql('CREATE DATABASE here');
      server.sql('CREATE DATABASE there');
      const at = (name: string) => server.url.replace(/\/postgres$/, `/${name}`);
      const model = fakeModel({ reply: () => ({ text: 'fine' }) });
      const store = postgres(at('here'));
      const its = () => ({ overseer: 'a', models: { a: { model } } }) as const;
      await using node = await createNode({ store, team: its, name: 'one' });
      const run = (await node.lead('p1')).run({ tasks: [{ instruction: 'x' }] });
      await run.result;
      const key = async (file: string) =>
        JSON.parse((await say(0, ['keys', '--key', file, '--json'])).out).public;
      const [here, there] = [await key('here.secret'), await key('there.secret')];
      const from = ['--journal', at('here'), '--key', 'here.secret'];
      const to = ['--journal', at('there'), '--key', 'there.secret'];

      const sent = ['handoff', 'x.ovpkg', ...from, '--project', 'p1', '--to', there, ...WORD];
      const waits = ['--wait', '5s', '--late-wait', '1h'];
      expect((await say(0, [...sent, ...waits])).out).toContain('p1 left');
      const reader = await store();
      const left = await reader.events.read({ stream: 'project/p1', after: 0, limit: 1_000 });
      await reader.close();
      const offer = left.at(-1);
      const { untilAt = 0 } = offer?.type === 'handoff.offered' ? offer.data : {};
      expect(untilAt - (offer?.at ?? 0)).toBeGreaterThan(3_500_000);
      await say(0, ['accept', 'x.ovpkg', ...to, '--from', here]);
      const closing = ['close-handoff', 'x.ovpkg.answer', ...from.slice(0, 2), '--project', 'p1'];
      expect((await say(0, closing)).out).toContain('is closed');
      await using next = await createOverseer({
        ...its(),
        store: postgres(at('there')),
        project: 'p1',
      });
      expect((await next.open(run.id).result).output).toBe('fine');
      await next.close();

      const back = ['handoff', 'y.ovpkg', ...to, '--project', 'p1', '--to', here, ...WORD];
      await say(0, back);
      const file = ['--journal', 'b.db', '--key', 'here.secret'];
      await say(0, ['accept', 'y.ovpkg', ...file, '--from', there]);
      await using last = await createOverseer({
        ...its(),
        store: sqlite(join(folder, 'b.db')),
        project: 'p1',
      });
      expect((await last.open(run.id).result).output).toBe('fine');
      await last.close();

      // Home again: the node takes it without a word.
      const home = ['handoff', 'z.ovpkg', ...file, '--project', 'p1', '--to', there, ...WORD];
      await say(0, home);
      expect((await say(0, ['nodes', ...from.slice(0, 2)])).out).toMatch(/^p1 +away, for /m);
      const taking = ['accept', 'z.ovpkg', ...from.slice(0, 2), '--key', 'there.secret'];
      await say(0, [...taking, '--from', here]);
      await vi.waitUntil(() => node.overseers.has('p1'), { timeout: 20_000, interval: 100 });
      expect((await node.overseers.get('p1')?.open(run.id).result)?.output).toBe('fine');
    },
  );
});
