import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tellHealth } from './stack/health.ts';

const program = join(import.meta.dirname, 'stack', 'check-health.ts');

describe('the health of a process of the stack', () => {
  it('R12: says that it lives as long as it answers, and that it is well only while it is', async () => {
    let trouble: string | undefined;
    await using health = await tellHealth(0, () => trouble);
    const ask = async (path: string): Promise<readonly [number, string]> => {
      const response = await fetch(`http://127.0.0.1:${health.port}${path}`);
      return [response.status, await response.text()];
    };
    expect(await ask('/')).toEqual([200, 'well\n']);
    trouble = 'the store takes 3000 ms to answer';
    expect(await ask('/')).toEqual([503, 'the store takes 3000 ms to answer\n']);
    expect((await ask('/alive'))[0]).toBe(200);
    expect(await check(health.port)).toBe(1);
    expect(await check(health.port, 'alive')).toBe(0);
  });

  it('R12: a process that is gone neither lives nor is well', async () => {
    const { port } = await closed();
    expect(await check(port)).toBe(1);
    expect(await check(port, 'alive')).toBe(1);
  });
});

async function closed(): Promise<{ readonly port: number }> {
  await using health = await tellHealth(0, () => undefined);
  return { port: health.port };
}

/** What the probe of a container ends with. */
async function check(port: number, ...args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, ['--conditions=@overseer/source', program, ...args], {
    cwd: tmpdir(),
    env: {
      DATABASE_URL: 'postgres://nobody@nowhere/none?sslmode=disable',
      OPENAI_API_BASE: 'http://nowhere/v1',
      OVERSEER_MODELS: 'a',
      OVERSEER_HEALTH_PORT: String(port),
    },
    stdio: 'ignore',
  });
  const [code] = await once(child, 'close');
  return Number(code);
}
