import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { postgresPrograms, startPostgres } from './throwaway-server.ts';

describe.skipIf(postgresPrograms() === undefined)('startPostgres', () => {
  it('Q6: starts a server, crashes it and starts it again on what it had, and leaves nothing', async () => {
    const server = await startPostgres();
    server.sql('CREATE TABLE kept AS SELECT 7 AS n');
    await server.crash();
    expect(() => server.sql('SELECT 1')).toThrow(/psql/);
    await server.restart();
    expect(server.sql('SELECT n FROM kept')).toBe('7');
    await server[Symbol.asyncDispose]();
    expect(existsSync(server.folder)).toBe(false);
  });

  it('Q6: a server whose process is killed ends, and its files are gone', async () => {
    const program = `
      import { startPostgres } from '@overseer/storage/postgres/throwaway-server';
      const server = await startPostgres();
      console.log(server.folder);
      setInterval(() => undefined, 1_000);`;
    const child = spawn(
      process.execPath,
      ['--conditions=@overseer/source', '--input-type=module', '-e', program],
      { cwd: fileURLToPath(new URL('.', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    const folder = said.toString().trim();
    expect(existsSync(folder)).toBe(true);
    child.kill('SIGKILL');
    await expect.poll(() => existsSync(folder), { timeout: 15_000 }).toBe(false);
  });
});
