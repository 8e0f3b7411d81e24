import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { currentHolder } from '@overseer/core/plugin';
import { afterAll, describe, expect, it } from 'vitest';
import { drivers } from './drivers.fixture.ts';
import { sqlite } from './sqlite.ts';
import { temporaryFolder } from './temporary-folder.fixture.ts';

const KILLS = 15;

/** Appends for ever, from several places at once, and says each `seq` only after it was acknowledged. */
const APPENDER = `
import { writeSync } from 'node:fs';
import { currentHolder } from '@overseer/core/plugin';
import { sqlite } from '@overseer/storage/sqlite';
const driver = process.argv[2] ? { driver: new URL(process.argv[2]) } : {};
const store = await sqlite(process.argv[1], driver)();
const lease = await store.leases.acquire('system', currentHolder('child'));
if (lease.kind === 'busy') throw new Error('the dead still hold the lease');
let seq = await store.events.head('system');
const next = () => ({ id: 'e' + ++seq, stream: 'system', seq, at: seq, type: 'task.waiting', v: 1, epoch: lease.epoch,
  actor: 'overseer', run: 'r' + (seq % 7), data: { because: (seq % 20 === 0 ? 'x'.repeat(6_000) : 'short') + seq } });
const produce = async () => {
  for (;;) {
    const batch = Array.from({ length: 1 + (seq % 4) }, next);
    const last = batch.at(-1).seq;
    await store.events.append(lease.epoch, batch);
    writeSync(1, last + '\\n');
  }
};
await Promise.all([produce(), produce(), produce()]);
`;

const { path: folder } = temporaryFolder(afterAll);

describe('sqlite', () => {
  it.each(drivers)(
    `R1: no acknowledged append is lost in ${KILLS} times kill -9, by $driverName`,
    {
      timeout: 120_000,
    },
    async ({ driverName, options }) => {
      const path = join(folder, `killed-${driverName.replace(':', '-')}.db`);
      let acknowledged = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        const before = acknowledged;
        acknowledged = await appendUntilKilled(path, Math.random() * 120, options.driver);
        expect(acknowledged).toBeGreaterThan(before);
        expect(verifyChain(path)).toBeGreaterThanOrEqual(acknowledged);
      }
    },
  );

  it('R6: a lease whose holder was killed is taken over at once', { timeout: 30_000 }, async () => {
    const path = join(folder, 'orphan.db');
    await appendUntilKilled(path, 0);
    const store = await sqlite(path)();
    const answer = await store.leases.acquire('system', currentHolder('heir'));
    expect(answer).toMatchObject({ kind: 'held', epoch: 2, from: { name: 'child' } });
    await store.close();
  });

  it('R6: another process that lives keeps its lease', { timeout: 30_000 }, async () => {
    const path = join(folder, 'alive.db');
    const child = startAppender(path);
    await once(child.stdout, 'data');
    const store = await sqlite(path)();
    const answer = await store.leases.acquire('system', currentHolder('rival'));
    expect(answer).toMatchObject({ kind: 'busy', holder: { name: 'child', pid: child.pid } });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await store.close();
  });

  it('R5: a store left open keeps no process alive', { timeout: 30_000 }, async () => {
    const child = startProgram(
      `import { sqlite } from '@overseer/storage/sqlite'; await sqlite(process.argv[1])(); console.log('open');`,
      join(folder, 'left.db'),
    );
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('R5: process.exit ends a process whose store is busy', { timeout: 30_000 }, async () => {
    const child = startProgram(
      APPENDER.replace(
        'await Promise.all',
        'setTimeout(() => process.exit(7), 100); await Promise.all',
      ),
      join(folder, 'exit.db'),
    );
    expect(await once(child, 'exit')).toEqual([7, null]);
    expect(verifyChain(join(folder, 'exit.db'))).toBeGreaterThan(0);
  });
});

/** Starts the appender, kills it that long after its first acknowledgement, and gives the last `seq` it said. */
async function appendUntilKilled(path: string, afterMs: number, driver?: URL): Promise<number> {
  const child = startProgram(APPENDER, path, driver?.href ?? '');
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await once(child.stdout, 'data');
  await sleep(afterMs);
  child.kill('SIGKILL');
  await once(child, 'close');
  // The last line may be cut.
  return Math.max(...said.split('\n').slice(0, -1).map(Number));
}

function startAppender(path: string) {
  return startProgram(APPENDER, path);
}

function startProgram(program: string, ...args: readonly string[]) {
  return spawn(
    process.execPath,
    ['--conditions=@overseer/source', '--input-type=module', '-e', program, ...args],
    { cwd: fileURLToPath(new URL('.', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] },
  );
}

/** Reads the file as SQLite alone sees it: whole, without gaps, each hash right. Gives the last `seq`. */
function verifyChain(path: string): number {
  using database = new DatabaseSync(path);
  expect(database.prepare('PRAGMA integrity_check').get()).toMatchObject({ integrity_check: 'ok' });
  let last = 0;
  let previous = '';
  for (const row of database
    .prepare('SELECT seq, body, lifted, hash FROM event ORDER BY seq')
    .all()) {
    expect(row['seq']).toBe(++last);
    previous = createHash('sha256')
      .update(`${previous}${String(row['body'])}${String(row['lifted'] ?? '')}`)
      .digest('hex');
    expect(row['hash']).toBe(previous);
  }
  return last;
}
