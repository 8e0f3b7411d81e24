import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startMockService } from '@overseer/adapters/mock-llm';
import { afterAll, describe, expect, it } from 'vitest';
import { packages } from '../../scene.fixture.ts';
import { cassetteRelay } from './mock-relay.ts';
import { mockSettings } from './mock-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'mock-command-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('overseer mock', { timeout: 60_000 }, () => {
  it('M17 A6: serves a scenario of JSON, tells of each request without its key, and ends by Ctrl-C', async () => {
    const scenario = join(folder, 'scenario.json');
    const reply = { text: 'Hello, $1.' };
    const rules = [{ name: 'greet', model: '/^a/', matches: 'I am (\\w+)', reply }];
    writeFileSync(scenario, JSON.stringify({ models: [{ id: 'a' }], rules }));
    const mock = await start(['--scenario', scenario, '--json']);
    const answer = await chat(mock.url, 'a', 'I am Ada');
    expect(await answer.text()).toContain('Hello, Ada.');
    const line = await mock.line();
    expect(line).not.toContain('canary');
    expect(JSON.parse(line)).toMatchObject({ rule: 'greet', outcome: 'completed', status: 200 });
    expect(await mock.stop()).toBe(0);
  });

  it('M17 A6: records a server and answers from the cassette without it', async () => {
    const file = join(folder, 'a.jsonl');
    const real = await startMockService();
    const recording = await start(['--record', `${real.url}/v1`, '--cassette', file, '--json']);
    const first = await (await chat(recording.url, 'm', 'hi')).text();
    expect(await recording.stop()).toBe(0);
    await real.close();
    expect(readFileSync(file, 'utf8')).not.toContain('canary');
    const replaying = await start(['--cassette', file, '--json']);
    expect(await (await chat(replaying.url, 'm', 'hi')).text()).toBe(first);
    expect((await chat(replaying.url, 'm', 'ho')).status).toBe(501);
    expect(await replaying.stop()).toBe(0);
  });
});

describe('the flags of overseer mock', () => {
  it('M17 A6: hold for every model', async () => {
    expect(await mockSettings({ latency: 5, tokensPerSecond: 9, limit: '5/1m', seed: 3 })).toEqual({
      seed: 3,
      everyModel: { firstTokenMs: 5, tokensPerSecond: 9, limit: { requests: 5, perMs: 60_000 } },
    });
    const cut = await mockSettings({ fault: ['cut:7'] });
    expect(cut.everyFault).toEqual({ kind: 'cut', afterTokens: 7 });
    const refused = await mockSettings({ fault: ['status:429'], limit: '1/1h' });
    await using service = await startMockService(refused);
    expect((await chat(service.url, 'm', 'hi')).status).toBe(429);
  });

  it('M17 A6: name what is wrong with what is said, and with the memory, beside how it ends', async () => {
    const fault = ['wrong-model', 'missing-ids', 'load-delay:50', 'truncated:9'];
    expect(await mockSettings({ fault, latency: 5 })).toEqual({
      everyFault: { kind: 'truncated', afterTokens: 9 },
      everyReply: { answeredBy: 'another-model', withoutIds: true },
      everyModel: { state: 'not-loaded', loadMs: 50, firstTokenMs: 5 },
    });
    const settings = await mockSettings({ fault: ['wrong-model', 'duplicate-ids'] });
    await using service = await startMockService(settings);
    const answer = await (await chat(service.url, 'm-tools', 'hi')).text();
    const { model, choices } = JSON.parse(answer);
    expect(model).toBe('another-model');
    const ids = choices[0].message.tool_calls.map(({ id }: { readonly id: string }) => id);
    expect(new Set(ids).size).toBe(1);
    await using evicting = await startMockService(await mockSettings({ fault: ['evict:1'] }));
    expect((await chat(evicting.url, 'm', 'hi')).status).toBe(500);
    const listed = await (await fetch(`${evicting.url}/api/v0/models/m`)).text();
    expect(JSON.parse(listed)).toMatchObject({ state: 'not-loaded' });
  });

  it.each([
    [{ fault: ['nonsense'] }, '--fault is'],
    [{ fault: ['status:200'] }, '--fault is'],
    [{ fault: ['cut', 'stall'] }, 'in one way only'],
    [{ fault: ['wrong-model:3'] }, '--fault is'],
    [{ fault: ['load-delay'] }, 'load-delay:500'],
    [{ limit: '5 calls' }, '--limit takes'],
    [{ port: 70_000 }, 'ports end at 65535'],
    [{ scenario: 'absent.json' }, 'absent.json cannot be used'],
  ])('M17 M18: %j is refused with a sentence', async (flags, why) => {
    await expect(mockSettings(flags)).rejects.toThrow(why);
  });

  it.each([
    [{ record: 'http://a' }, '--record needs --cassette'],
    [{ cassette: 'x', scenario: 'y' }, 'give one'],
    [{ cassette: 'x', record: 'ftp://a' }, 'http or https'],
    [{ cassette: 'absent.jsonl' }, 'cannot be read'],
  ])('M17 M18: %j does not go together', (flags, why) => {
    expect(() => cassetteRelay(flags)).toThrow(why);
  });
});

const MAIN = join(import.meta.dirname, '../../main.ts');

async function start(args: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, [packages, MAIN, 'mock', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('There is no output.');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => String((await lines.next()).value);
  const { url }: { url: string } = JSON.parse(await line());
  return {
    url,
    line,
    async stop(): Promise<number | null> {
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      const [code] = await ended;
      return code;
    },
  };
}

function chat(url: string, model: string, content: string): Promise<Response> {
  const headers = { authorization: 'Bearer sk-canary-123456', 'content-type': 'application/json' };
  const body = JSON.stringify({ model, messages: [{ role: 'user', content }] });
  return fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body });
}
