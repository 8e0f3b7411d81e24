import { setTimeout as sleep } from 'node:timers/promises';
import { currentHolder } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import { postgres } from '@overseer/storage/postgres';
import {
  type PostgresServer,
  startPostgresPair,
} from '@overseer/storage/postgres/throwaway-server';
import type { FaultReport, FaultSetting, FaultWork } from '../harness/fault-work.ts';
import { expectedEvent, STREAM } from '../store-kill/expected-event.ts';

/** Those who append at once. */
const PRODUCERS = 8;

/** How long one may wait for a server that takes writes, in ms. */
const PATIENCE_MS = 60_000;

/**
 * Kills the primary under load and promotes its synchronous standby. The store has both addresses and is told nothing; every
 * append that was acknowledged, before and after, has to be on the new primary, once.
 */
export const work: FaultWork = {
  summary: 'the primary of PostgreSQL is killed under load, its synchronous standby promoted',
  trials: 3,
  run: failOver,
};

interface Trial {
  readonly acknowledged: number;
  readonly recoveryMs: number;
  readonly unacknowledged: number;
  readonly violations: readonly string[];
}

async function failOver({ random, trials, progress }: FaultSetting): Promise<FaultReport> {
  const done: Trial[] = [];
  for (let trial = 1; trial <= trials; trial++) {
    done.push(await once(300 + random() * 700));
    progress(`postgres: ${trial} of ${trials}`);
  }
  return {
    trials,
    violations: done.flatMap(({ violations }, at) =>
      violations.map((sentence) => `Trial ${at + 1}: ${sentence}`),
    ),
    samples: {
      recoveryMs: { unit: 'ms', values: done.map(({ recoveryMs }) => recoveryMs) },
      acknowledged: { unit: 'events', values: done.map(({ acknowledged }) => acknowledged) },
    },
    counts: {
      acknowledged: sum(done.map(({ acknowledged }) => acknowledged)),
      lost: sum(done.map(({ violations }) => violations.length)),
      inDoubt: sum(done.map(({ unacknowledged }) => unacknowledged)),
    },
  };
}

async function once(aliveMs: number): Promise<Trial> {
  await using pair = await startPostgresPair();
  const connection = [pair.primary.url, pair.standby.url];
  const store = await postgres({ connection, patienceMs: PATIENCE_MS })();
  const lease = await store.leases.acquire(STREAM, currentHolder('faults'));
  if (lease.kind === 'busy') throw new Error('The lease of a new store was taken.');
  const load = produce(store, lease.epoch);
  await sleep(aliveMs);
  const killedAt = performance.now();
  await pair.primary.crash();
  const found = await eventsOf(pair.standby);
  const before = load.acknowledged();
  await pair.standby.promote();
  const recoveryMs = (await load.nextAfter(killedAt)) - killedAt;
  await sleep(200);
  const acknowledged = await load.stop();
  const violations = await check(store, acknowledged);
  if (before > found)
    violations.push(`${before - found} of ${before} acknowledged events are lost.`);
  if ((await store.leases.renew?.(STREAM, lease.epoch)) !== true) {
    violations.push('The holder lost its lease, though nobody took it.');
  }
  await store.close();
  return { acknowledged, recoveryMs, unacknowledged: Math.max(0, found - before), violations };
}

/** What goes on appending to a store. */
interface Load {
  /** The highest `seq` below which everything is acknowledged. */
  acknowledged(): number;
  /** When the first append was acknowledged that was asked for after a moment. */
  nextAfter(moment: number): Promise<number>;
  /** Ends it, and gives the highest acknowledged `seq`. */
  stop(): Promise<number>;
}

function produce(store: StateStore, epoch: number): Load {
  let next = 1;
  let acknowledged = 0;
  let isOver = false;
  const after: { readonly moment: number; readonly resolve: (at: number) => void }[] = [];
  const one = async (): Promise<void> => {
    while (!isOver) {
      const askedAt = performance.now();
      const seq = next++;
      await store.events.append(epoch, [expectedEvent(seq, epoch)]);
      acknowledged = Math.max(acknowledged, seq);
      for (const { moment, resolve } of after) if (askedAt > moment) resolve(performance.now());
    }
  };
  const over = Promise.all(Array.from({ length: PRODUCERS }, one));
  over.catch(() => undefined);
  return {
    acknowledged: () => acknowledged,
    nextAfter: (moment) =>
      Promise.race([
        new Promise<number>((resolve) => after.push({ moment, resolve })),
        over.then(() => performance.now()),
      ]),
    stop: async () => {
      isOver = true;
      await over;
      return acknowledged;
    },
  };
}

/** Reads all, by which every hash is checked, and tells what is missing or twice. */
async function check(store: StateStore, acknowledged: number): Promise<string[]> {
  const violations: string[] = [];
  let head = 0;
  for (;;) {
    const page = await store.events.read({ stream: STREAM, after: head, limit: 10_000 });
    for (const event of page) {
      head++;
      if (event.seq !== head || event.id !== `store-kill-${head}`) {
        violations.push(`In place of event ${head} there is ${event.id} with seq ${event.seq}.`);
        return violations;
      }
    }
    if (page.length < 10_000) break;
  }
  if (head < acknowledged) violations.push(`${acknowledged - head} acknowledged events are lost.`);
  return violations;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}

/** What a standby that has lost its primary will have, once it shows all that is on its disk. */
async function eventsOf(standby: PostgresServer): Promise<number> {
  const isShown = 'SELECT pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()';
  while (standby.sql(isShown) !== 't') await sleep(20);
  return Number(standby.sql('SELECT count(*) FROM overseer.event'));
}
