import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generate } from '@overseer/core/plugin';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { gguf } from './gguf.ts';
import { makeScenes, type Scenes } from './scenes.fixture.ts';

let scenes: Scenes;
const hosts: ChildProcess[] = [];
beforeAll(() => {
  scenes = makeScenes();
});
afterEach(() => {
  for (const host of hosts.splice(0)) host.kill('SIGKILL');
});
afterAll(() => scenes[Symbol.dispose]());

const REQUEST = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'Hello' }] }],
};
const OPTIONS = { contextWindow: 1024, threads: 1 };
const LONG = { timeout: 20_000 };

function ctx(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(20_000) };
}

describe("an engine's process", { timeout: 60_000 }, () => {
  it('M7: is one for all models of a file, and ends with the last of them', async () => {
    const path = scenes.path('m');
    const [one, two] = [gguf(path, OPTIONS), gguf(path, OPTIONS)];
    const answers = await Promise.all([one, two].map((model) => generate(model, REQUEST, ctx())));
    expect(answers.map(({ text }) => text)).toEqual(['Hello from mock.', 'Hello from mock.']);
    const { pid = 0 } = await one.status(ctx());
    expect(await two.status(ctx())).toMatchObject({ pid, state: 'ready', calls: 0 });
    await one[Symbol.asyncDispose]();
    await one[Symbol.asyncDispose]();
    expect(isRunning(pid)).toBe(true);
    await two[Symbol.asyncDispose]();
    expect(isRunning(pid)).toBe(false);
  });

  it('M7 R10: that is killed in mid-stream fails its calls with `server`, and is there again for the next', async () => {
    await using slow = gguf(scenes.path('m-slow'), OPTIONS);
    await slow.load(ctx());
    const { pid = 0 } = await slow.status(ctx());
    let killed = false;
    const waiting = generate(slow, REQUEST, ctx(), (event) => {
      if (event.type !== 'delta' || killed) return;
      killed = true;
      process.kill(pid, 'SIGKILL');
    });
    await expect(waiting).rejects.toMatchObject({
      kind: 'server',
      retryable: true,
      message: expect.stringContaining('ended by SIGKILL'),
      partial: [{ type: 'text', text: expect.stringMatching(/^On/) }],
    });
    const answer = await generate(slow, { ...REQUEST, maxTokens: 2 }, ctx());
    expect(answer.text).toBe('On a');
    expect((await slow.status(ctx())).pid).not.toBe(pid);
  });

  it('M7: that has long had nothing to do is ended, and started again by the next call', async () => {
    await using model = gguf(scenes.path('m'), { ...OPTIONS, ttlMs: 200 });
    await generate(model, REQUEST, ctx());
    const { pid = 0 } = await model.status(ctx());
    await expect.poll(() => isRunning(pid), LONG).toBe(false);
    expect((await model.list(ctx()))[0]?.state).toBe('cold');
    expect((await generate(model, REQUEST, ctx())).text).toBe('Hello from mock.');
  });

  it('M7: more calls than may wait are refused with `overloaded`', async () => {
    await using model = gguf(scenes.path('m'), { ...OPTIONS, atMost: 2 });
    const calls = [1, 2, 3].map(() => generate(model, REQUEST, ctx()));
    const [first, second, third] = await Promise.allSettled(calls);
    expect([first?.status, second?.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(third).toMatchObject({ reason: { kind: 'overloaded', retryable: true } });
  });

  it('M7: of a host that is killed is gone soon after, and another host of the same file goes on', async () => {
    const path = scenes.path('m-slow');
    const [one, two] = await Promise.all([lone(path, 'ask'), lone(path, 'ask')]);
    expect(one.engine).not.toBe(two.engine);
    one.host.kill('SIGKILL');
    await expect.poll(() => isRunning(one.engine), LONG).toBe(false);
    expect(isRunning(two.engine)).toBe(true);
  });

  it.each([[], ['unload']])(
    'M7: holds no host that has nothing else to do, and ends with it %o',
    async (...more) => {
      const { host, engine } = await lone(scenes.path('m'), ...more);
      await expect.poll(() => host.exitCode, LONG).toBe(0);
      await expect.poll(() => isRunning(engine), LONG).toBe(false);
    },
  );
});

interface Lone {
  readonly host: ChildProcess;
  readonly engine: number;
}

async function lone(path: string, ...more: readonly string[]): Promise<Lone> {
  const entry = fileURLToPath(new URL('./lone-host.fixture.ts', import.meta.url));
  const args = ['--conditions=@overseer/source', entry, path, ...more];
  const host = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  hosts.push(host);
  const [line] = await once(host.stdout, 'data');
  return { host, engine: Number(String(line)) };
}

/** A zombie has ended; only nobody has asked how yet. */
function isRunning(pid: number): boolean {
  try {
    if (process.platform === 'linux' && /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) {
      return false;
    }
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
