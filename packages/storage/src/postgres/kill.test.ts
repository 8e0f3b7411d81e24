import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { currentHolder } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresPrograms } from './postgres-server.fixture.ts';
import { openStore, testDatabase } from './postgres-tests.fixture.ts';

const KILLS = 6;

/** Appends for ever, from several places at once, and says each `seq` only after it was acknowledged. */
const APPENDER = `
import { writeSync } from 'node:fs';
import { currentHolder } from '@overseer/core/plugin';
import { postgres } from '@overseer/storage/postgres';
const store = await postgres({ connection: process.argv[1], schema: process.argv[2] })();
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

describe.skipIf(postgresPrograms() === undefined)('postgres, when its process is killed', () => {
  const database = testDatabase(beforeAll, afterAll);

  it(`R1: no acknowledged append is lost in ${KILLS} times kill -9, and the lease is taken over at once`, {
    timeout: 120_000,
  }, async () => {
    const schema = database.newSchema();
    let epoch = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const acknowledged = await appendUntilKilled(schema, Math.random() * 100);
      expect(acknowledged).toBeGreaterThan(0);
      // As a node on another machine: it cannot see whether the process is there.
      if (kill % 2 === 0) {
        database.server.sql(`UPDATE ${schema}.lease SET space = 'another machine'`);
      }
      await using store = await openStore({ connection: database.server.url, schema });
      const from = performance.now();
      const taken = await takeOver(store);
      expect(performance.now() - from).toBeLessThan(3_000);
      expect(taken).toBeGreaterThan(epoch);
      epoch = taken;
      const head = await checkAll(store);
      expect(head).toBeGreaterThanOrEqual(acknowledged);
    }
  });

  /** Starts the appender, kills it that long after its first acknowledgement, and gives the last `seq` it said. */
  async function appendUntilKilled(schema: string, afterMs: number): Promise<number> {
    const child = spawn(
      process.execPath,
      [
        '--conditions=@overseer/source',
        '--input-type=module',
        '-e',
        APPENDER,
        database.server.url,
        schema,
      ],
      { cwd: fileURLToPath(new URL('.', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] },
    );
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
});

async function takeOver(store: StateStore): Promise<number> {
  for (;;) {
    const answer = await store.leases.acquire('system', currentHolder('heir'));
    if (answer.kind === 'held') return answer.epoch;
    await sleep(10);
  }
}

/** Reads everything, by which every hash is checked, and gives the last `seq`. */
async function checkAll(store: StateStore): Promise<number> {
  let head = 0;
  for (;;) {
    const page = await store.events.read({ stream: 'system', after: head, limit: 10_000 });
    for (const event of page) expect(event.seq).toBe(++head);
    if (page.length < 10_000) return head;
  }
}
