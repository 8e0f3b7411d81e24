import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { currentHolder } from '@overseer/core/plugin';
import { postgres } from '@overseer/storage/postgres';
import {
  type PostgresServer,
  startPostgres,
} from '../../packages/storage/src/postgres/postgres-server.fixture.ts';
import type { FaultReport, FaultSetting, FaultWork } from '../harness/fault-work.ts';
import { expectedEvent, STREAM } from '../store-kill/expected-event.ts';

const LEASE_MS = 900;

/** What a zombie may be told: the code of a refusal, or that nothing was done. */
const REFUSED: Readonly<Record<string, string>> = {
  append: 'store.fenced',
  repeat: 'store.fenced',
  elsewhere: 'store.fenced',
  renew: 'false',
  reserve: 'store.fenced',
  renewMember: 'false',
};

/**
 * Freezes a process that holds a lease and a place of a shared limit, lets another take over, wakes it, and has it do all that a
 * holder does. Everything has to be refused, and what its successor has must be untouched.
 */
export const work: FaultWork = {
  summary: 'a process that was frozen while another took over wakes up and goes on',
  trials: 5,
  run: wakeZombies,
};

async function wakeZombies({ random, trials, progress }: FaultSetting): Promise<FaultReport> {
  await using server = await startPostgres();
  const violations: string[] = [];
  const takeoverMs: number[] = [];
  for (let trial = 1; trial <= trials; trial++) {
    const schema = `trial${trial}`;
    const found = await wakeZombie(server, schema, random() * 300);
    violations.push(...found.violations.map((sentence) => `Trial ${trial}: ${sentence}`));
    takeoverMs.push(found.takeoverMs);
    progress(`fencing: ${trial} of ${trials}`);
  }
  return {
    trials,
    violations,
    samples: { takeoverMs: { unit: 'ms', values: takeoverMs } },
    counts: { refused: trials * Object.keys(REFUSED).length - violations.length },
  };
}

async function wakeZombie(
  server: PostgresServer,
  schema: string,
  aliveMs: number,
): Promise<{ readonly violations: readonly string[]; readonly takeoverMs: number }> {
  const script = new URL('../processes/own-postgres.ts', import.meta.url);
  const zombie = fork(script, [server.url, schema, `${LEASE_MS}`], {
    execArgv: ['--conditions=@overseer/source'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(zombie, 'message');
  await sleep(aliveMs);
  zombie.kill('SIGSTOP');
  const frozenAt = performance.now();
  const store = await postgres({ connection: server.url, schema, leaseMs: LEASE_MS })();
  let lease = await store.leases.acquire(STREAM, currentHolder('heir'));
  while (lease.kind === 'busy') {
    await sleep(10);
    lease = await store.leases.acquire(STREAM, currentHolder('heir'));
  }
  const takeoverMs = performance.now() - frozenAt;
  const { epoch } = lease;
  const head = await store.events.head(STREAM);
  const mine = { ...expectedEvent(head + 1, epoch), id: 'of the heir' };
  await store.events.append(epoch, [mine]);
  // As if it had been frozen for long.
  server.sql(
    `SELECT set_config('search_path', '${schema}', false); SELECT remove_members('{zombie}')`,
  );
  zombie.kill('SIGCONT');
  zombie.send('go on');
  const [answers] = (await once(zombie, 'message')) as [Readonly<Record<string, string>>];
  const violations = Object.entries(REFUSED).flatMap(([what, due]) =>
    answers[what] === due
      ? []
      : [`${what} was answered with ${answers[what]}, where ${due} was due.`],
  );
  const [last] = await store.events.read({ stream: STREAM, after: head, limit: 9 });
  if (last?.id !== mine.id) violations.push('What the successor wrote is not there.');
  if ((await store.events.head(STREAM)) !== head + 1) violations.push('The zombie wrote.');
  if ((await store.leases.renew?.(STREAM, epoch)) !== true) {
    violations.push('The zombie gave back what was not its own.');
  }
  zombie.kill('SIGKILL');
  await store.close();
  return { violations, takeoverMs };
}
