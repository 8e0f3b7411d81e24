import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../postgres/postgres-tests.fixture.ts';
import { postgresPrograms } from '../postgres/throwaway-server.ts';

const AT_ONCE = 2;
const TASKS = 4;
const LASTS_MS = 2_000;

/** An overseer whose calls workers make, one that makes its own, or a worker; all share a key. */
const PROGRAM = `
import { createOverseer, createWorker, memory } from '@overseer/core';
import { pgBoss } from '@overseer/storage/pg-boss';
import { postgres, postgresReservations } from '@overseer/storage/postgres';
const [what, provider, connection, schema] = process.argv.slice(1);
const place = { connection, schema };
const model = {
  spec: 'model/1',
  info: { id: 'm', provider: 'acme', can: { tools: false, json: 'none', reasoning: false, image: false } },
  async *stream(request, { signal }) {
    const body = JSON.stringify(request.messages);
    const text = await (await fetch(provider, { method: 'POST', body, signal })).text();
    yield { type: 'part', index: 0, part: { type: 'text', text } };
    yield { type: 'finish', reason: 'stop', usage: { input: { total: 5 }, output: { total: 1 } } };
  },
};
const sharedLimits = { store: postgresReservations(place) };
const transport = pgBoss(place);
if (what === 'worker') {
  await createWorker({ transport, models: { model }, sharedLimits, slots: 4, onChange: ({ kind, error }) => console.log(kind, error?.message ?? '') });
  console.log('works');
} else {
  const isRival = what === 'rival';
  const overseer = await createOverseer({
    overseer: isRival ? 'own' : 'model',
    models: { [isRival ? 'own' : 'model']: { model, key: 'team', concurrency: 50, ...(isRival ? {} : { workers: true }) } },
    limits: [{ per: 'key', limits: ['${AT_ONCE} at once'] }],
    sharedLimits,
    name: what,
    ...(isRival ? { store: memory() } : { store: postgres(place), transport, standby: true }),
  });
  console.log('leads');
  const tasks = Array.from({ length: ${TASKS} }, (_, at) => ({ instruction: 'task ' + (isRival ? 'rival' : 'lead') + '-' + at + '.' }));
  const [left] = overseer.unfinished();
  const run = left === undefined ? overseer.run({ tasks }) : overseer.open(left.id);
  if (left !== undefined) run.resume();
  console.log('status', (await run.result).status);
  await overseer.close();
}
`;

describe.skipIf(postgresPrograms() === undefined)(
  'places of calls that workers make, in PostgreSQL',
  { tags: ['slow'], timeout: 120_000 },
  () => {
    const database = testDatabase(beforeAll, afterAll);

    it('L4 R7: a provider never sees more than the limit when the leader is killed and its worker is not', async () => {
      const schema = database.newSchema();
      await using provider = await startProvider();
      await using started = new AsyncDisposableStack();
      const start = (what: string): Started => {
        const one = startProgram([what, provider.url, database.server.url, schema]);
        started.defer(async () => {
          one.child.kill('SIGKILL');
          await one.over;
        });
        return one;
      };
      const worker = start('worker');
      await worker.until((lines) => lines.includes('works'));
      const first = start('first');
      await first.until((lines) => lines.includes('leads'));
      const second = start('second');
      await provider.whenBusy(AT_ONCE);
      const rival = start('rival');
      await rival.until((lines) => lines.includes('leads'));
      await provider.whenBusy(AT_ONCE);
      first.child.kill('SIGKILL');
      await first.over;
      for (const one of [second, rival]) {
        await one.over;
        expect(one.lines.at(-1), one.lines.join('\n')).toBe('status completed');
      }
      expect(provider.most()).toBe(AT_ONCE);
      expect([...provider.asked.values()].sort()).toEqual(
        Array.from({ length: 2 * TASKS }, () => 1),
      );
      // And none is lost: as many as ever may be taken.
      const left = database.server.sql(`SELECT count(*) FROM ${schema}.charge WHERE open`);
      expect(Number(left)).toBe(0);
    });
  },
);

interface Started {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  readonly over: Promise<unknown>;
  until(isSo: (lines: readonly string[]) => boolean): Promise<void>;
}

function startProgram(args: readonly string[]): Started {
  const child = spawn(
    process.execPath,
    ['--conditions=@overseer/source', '--input-type=module', '-e', PROGRAM, ...args],
    { cwd: fileURLToPath(new URL('.', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line.trim()));
  const over = Promise.all([once(child, 'exit'), once(reader, 'close')]);
  const until: Started['until'] = async (isSo) => {
    while (!isSo(lines)) await Promise.race([once(reader, 'line'), over]);
  };
  return { child, lines, over, until };
}

/** A provider that counts what is under way, as it sees it, and how often each task is asked for. */
async function startProvider() {
  const asked = new Map<string, number>();
  let now = 0;
  let most = 0;
  let told: () => void = () => undefined;
  const server = createServer((request, response) => {
    now += 1;
    most = Math.max(most, now);
    told();
    response.on('close', () => {
      now -= 1;
    });
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const task = /task (\w+-\d+)/.exec(body)?.[1] ?? '';
      asked.set(task, (asked.get(task) ?? 0) + 1);
      setTimeout(() => response.end('done'), LASTS_MS);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    asked,
    most: () => most,
    /** So many have just begun together, as far as one can see. */
    whenBusy: async (count: number): Promise<void> => {
      while (now < count) {
        await new Promise<void>((resolve) => {
          told = resolve;
        });
      }
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
