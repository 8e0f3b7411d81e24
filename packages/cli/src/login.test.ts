import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createScene, overseer, smallScenario, start } from './scene.fixture.ts';
import { startTokenServer } from './token-server.fixture.ts';

describe('overseer login', { timeout: 60_000 }, () => {
  it('M11 A6: signs in by device for one address, lists it without a value, and signs out', async () => {
    await using server = await startTokenServer(600);
    await using scene = await createScene(smallScenario());
    const place = ['--issuer', server.issuer, '--client-id', 'app'];
    const login = await overseer(scene, ['login', 'server', ...place, ...scene.server]);
    expect(login, login.err).toMatchObject({ code: 0 });
    expect(login.out).toContain(`Open ${server.issuer}/enter and enter AB-CD`);
    const tokens = join(scene.folder, '.config/overseer/logins/tokens/server.json');
    expect((await stat(tokens)).mode & 0o777).toBe(0o600);
    const listed = await overseer(scene, ['credentials']);
    expect(listed.out).toMatch(new RegExp(`server +${server.issuer} for .* +signed in`));
    const json = (await overseer(scene, ['credentials', '--json'], { CO_API_KEY: 'secret-9-key' }))
      .out;
    expect(json).toContain('{"provider":"cohere","source":"$CO_API_KEY","state":"used"}');
    for (const value of [...server.given, 'secret-9-key']) {
      expect(listed.out + json + login.out).not.toContain(value);
    }
    const keysOf = (): readonly (string | undefined)[] =>
      scene.service.requests.map(({ headers }) => headers['authorization']);
    const run = ['run', '--model', 'server:boss', '--plain', 'Say hello'];
    await overseer(scene, [...run, ...scene.server]);
    expect(new Set(keysOf())).toEqual(new Set([`Bearer ${server.given[0]}`]));
    const before = keysOf().length;
    const other = scene.service.url.replace('127.0.0.1', 'localhost');
    await overseer(scene, [...run, '--base-url', `${other}/v1`]);
    expect(new Set(keysOf().slice(before))).not.toContain(`Bearer ${server.given[0]}`);
    const logout = await overseer(scene, ['logout', 'server']);
    expect(logout, logout.err).toMatchObject({ code: 0 });
    expect(server.paths).toContain('/revoke');
    await expect(stat(tokens)).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await overseer(scene, ['logout', 'server'])).err).toContain('[config.login]');
  });

  it('M11 A6: ends by Ctrl-C with nothing left behind, and says what is missing', async () => {
    await using server = await startTokenServer(600);
    await using scene = await createScene(undefined);
    const bare = await overseer(scene, ['login', 'server']);
    expect(bare).toMatchObject({ code: 2 });
    expect(bare.err).toContain('say --issuer and --client-id');
    expect((await overseer(scene, ['login', 'servr'])).err).toContain('did you mean "server"');
    const place = ['--issuer', server.issuer, '--client-id', 'app'];
    const waiting = start(scene, ['login', 'server', ...place]);
    await waiting.until(/AB-CD/);
    waiting.kill('SIGINT');
    const ended = await waiting.ended;
    expect(ended, ended.err).toMatchObject({ code: 130 });
    expect(ended.err).toContain('Stopped: nobody was signed in.');
    expect(await readdir(scene.folder)).toEqual([]);
  });
});
