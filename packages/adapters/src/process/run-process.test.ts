import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedOutput } from './bounded-output.ts';
import { cleanEnv } from './clean-env.ts';
import { type ProcessOutcome, type ProcessRequest, runProcess } from './run-process.ts';

function script(source: string, more: Partial<ProcessRequest> = {}): Promise<ProcessOutcome> {
  return runProcess({
    file: process.execPath,
    args: ['-e', source],
    cwd: tmpdir(),
    env: {},
    maxOutputBytes: 10_000,
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    ...more,
  });
}

describe('runProcess', () => {
  it('V3: tells the exit code and both streams', async () => {
    const outcome = await script('console.log("out"); console.error("err"); process.exit(3)');
    expect(outcome).toMatchObject({ kind: 'exited', code: 3 });
    expect('stdout' in outcome && [outcome.stdout.text(), outcome.stderr.text()]).toEqual([
      'out\n',
      'err\n',
    ]);
  });

  it.skipIf(process.platform !== 'linux')(
    'K6 G1: stands in a group of its own, so that the Ctrl-C of a terminal does not reach it',
    async () => {
      const source = `console.log(require('node:fs').readFileSync('/proc/self/stat', 'utf8').split(' ')[4] === String(process.pid))`;
      const outcome = await script(source);
      expect('stdout' in outcome && outcome.stdout.text()).toBe('true\n');
    },
  );

  it('V3: an absent program is an outcome, a wrong argument an error', async () => {
    expect(await script('', { file: 'no-such-program' })).toEqual({ kind: 'absent' });
    await expect(script('\0')).rejects.toMatchObject({ code: 'process.failed' });
  });

  it('V3: a process that ends on a signal says so', async () => {
    const outcome = await script(
      'process.kill(process.pid, "SIGKILL"); setTimeout(() => {}, 9999)',
    );
    expect(outcome).toMatchObject({ kind: 'killed', by: 'SIGKILL' });
  });

  it('V3: the time limit holds even when the process ignores signals', async () => {
    const startedAt = performance.now();
    const stubborn = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log(1)';
    const outcome = await script(stubborn, { timeoutMs: 300, group: true });
    expect(outcome.kind).toBe('timed-out');
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it('K6: an abort ends the process and rejects with its reason', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 100);
    const startedAt = performance.now();
    const call = script('setInterval(() => {}, 1000)', { signal: controller.signal, group: true });
    await expect(call).rejects.toThrow('enough');
    expect(performance.now() - startedAt).toBeLessThan(700);
    await expect(script('', { signal: AbortSignal.abort() })).rejects.toThrow();
  });

  it.skipIf(process.platform === 'win32')(
    'V3: what a process leaves running is ended, and does not keep anybody waiting',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'overseer-strays-'));
      const leave = (detached: boolean, name: string): string => `{
        const child = require('node:child_process').spawn(process.execPath,
          ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit', detached: ${detached} });
        child.unref();
        require('node:fs').writeFileSync(${JSON.stringify(join(folder, name))}, String(child.pid));
      }`;
      const startedAt = performance.now();
      const source = `${leave(false, 'near')}; ${leave(true, 'far')}; process.exit(0)`;
      expect(await script(source, { group: true })).toMatchObject({ kind: 'exited', code: 0 });
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      for (const name of process.platform === 'linux' ? ['near', 'far'] : ['near']) {
        const pid = Number(await readFile(join(folder, name), 'utf8'));
        await expect.poll(() => isRunning(pid)).toBe(false);
      }
      await rm(folder, { recursive: true });
    },
  );

  it('V3: input arrives, and endless output is bounded', async () => {
    const echo = await script('process.stdin.pipe(process.stdout)', { input: 'hello' });
    expect('stdout' in echo && echo.stdout.text()).toBe('hello');
    const flood = await script('for (;;) console.log("x".repeat(1000))', { timeoutMs: 500 });
    expect('stdout' in flood && flood.stdout.bytes().length).toBe(10_000);
    expect('stdout' in flood && flood.stdout.dropped).toBeGreaterThan(10_000);
  });
});

describe('BoundedOutput', () => {
  it('V3: keeps both ends of anything, and all of what fits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 30 })),
        fc.integer({ min: 1, max: 40 }),
        (parts, half) => {
          const output = new BoundedOutput(2 * half);
          for (const part of parts) output.add(Buffer.from(part));
          const all = Buffer.concat(parts);
          const kept =
            all.length <= 2 * half
              ? all
              : Buffer.concat([all.subarray(0, half), all.subarray(-half)]);
          expect(output.bytes()).toEqual(kept);
          expect(output.dropped).toBe(all.length - kept.length);
        },
      ),
    );
  });
});

describe('cleanEnv', () => {
  it('X5: passes on nothing that was not named', async () => {
    const own = {
      PATH: '/bin',
      HOME: '/h',
      OPENAI_API_KEY: 'sk',
      NODE_OPTIONS: '--x',
      WANTED: 'w',
    };
    const env = await cleanEnv('/', ['WANTED', 'ABSENT'], own);
    expect(Object.keys(env).sort()).toEqual(['CI', 'HOME', 'LANG', 'PATH', 'WANTED']);
    expect(env).toMatchObject({ CI: 'true', HOME: '/h', WANTED: 'w' });
    expect(env['PATH']).toMatch(/^\/bin:/);
  });
});

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
