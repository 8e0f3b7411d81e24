import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { currentHolder, isAlive } from './process-identity.ts';

describe('currentHolder', () => {
  it('R6: describes this process, the same each time', () => {
    const holder = currentHolder('a');
    expect(holder).toMatchObject({ name: 'a', pid: process.pid });
    expect(holder.bootId).not.toBe('');
    if (existsSync('/proc/self/stat')) expect(currentHolder('a')).toEqual(holder);
  });
});

describe('isAlive', () => {
  it('R6: this process is alive', () => {
    expect(isAlive(currentHolder('a'))).toBe(true);
  });

  it('R6: a process of an earlier boot is dead', () => {
    expect(isAlive({ ...currentHolder('a'), bootId: 'another' })).toBe(false);
  });

  it('R6: another process with the same pid is not the holder', () => {
    expect(isAlive({ ...currentHolder('a'), processStart: '1' })).toBe(false);
  });

  it('R6: a pid that nobody has is dead', () => {
    expect(isAlive({ ...currentHolder('a'), pid: 2 ** 22 + 1 })).toBe(false);
  });

  it('R6: a holder that makes no sense is dead, not an exception', () => {
    expect(isAlive({ ...currentHolder('a'), pid: Number.NaN })).toBe(false);
  });

  it('R6: a child lives until it is killed', async () => {
    const program = `
      const { currentHolder } = await import(${JSON.stringify(new URL('process-identity.ts', import.meta.url).href)});
      process.stdout.write(JSON.stringify(currentHolder('child')));
      setInterval(() => undefined, 1_000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    const [line] = await once(child.stdout, 'data');
    const holder = JSON.parse(String(line));
    expect(isAlive(holder)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(holder)).toBe(false);
  });
});
