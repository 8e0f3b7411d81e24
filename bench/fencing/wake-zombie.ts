import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { currentHolder } from '@overseer/core/plugin';
import type { JobClaim, ReservationStore, StateStore, TaskTransport } from '@overseer/core/spec';
import { pgBoss } from '@overseer/storage/pg-boss';
import { postgres, postgresReservations } from '@overseer/storage/postgres';
import type { PostgresServer } from '@overseer/storage/postgres/throwaway-server';
import { expectedEvent, STREAM } from '../store-kill/expected-event.ts';
import { sampleHold } from './sample-hold.ts';
import { replyBy } from './sample-job.ts';

const LEASE_MS = 900;

/** What came of one zombie. */
export interface Woken {
  /** How each thing that it did was answered. */
  readonly answers: Readonly<Record<string, string>>;
  /** What its successor found changed. */
  readonly violations: readonly string[];
  readonly takeoverMs: number;
  /** How long until another worker had all its calls. */
  readonly callsMs: number;
}

/**
 * Freezes a process that leads and makes calls, takes all of that over, wakes it, hears what it was answered, and looks whether
 * everything is as its successor left it.
 */
export async function wakeZombie(
  server: PostgresServer,
  schema: string,
  aliveMs: number,
): Promise<Woken> {
  const script = new URL('../processes/be-frozen.ts', import.meta.url);
  const zombie = fork(script, [server.url, schema, `${LEASE_MS}`], {
    execArgv: ['--conditions=@overseer/source'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await said(zombie);
  const heir = await Heir.open(server, schema);
  try {
    await sleep(aliveMs);
    zombie.kill('SIGSTOP');
    const frozenAt = performance.now();
    const takeoverMs = (await heir.lead()) - frozenAt;
    const callsMs = (await heir.takeCalls()) - frozenAt;
    await heir.takeLimits();
    zombie.kill('SIGCONT');
    zombie.send('go on');
    const answers = (await said(zombie)) as Readonly<Record<string, string>>;
    return { answers, violations: await heir.lookRound(), takeoverMs, callsMs };
  } finally {
    zombie.kill('SIGKILL');
    await heir.close();
  }
}

/** What it says next. Throws where it ended without a word. */
async function said(zombie: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const { signal } = ended;
  try {
    return await Promise.race([
      once(zombie, 'message', { signal }).then(([words]) => words),
      once(zombie, 'exit', { signal }).then(([code]) => {
        throw new Error(`The process that was to be frozen ended with ${code}.`);
      }),
    ]);
  } finally {
    ended.abort();
  }
}

interface HeirParts {
  readonly server: PostgresServer;
  readonly schema: string;
  readonly store: StateStore;
  readonly transport: TaskTransport;
  readonly limits: ReservationStore;
}

/** Who takes over, as an overseer and as a worker. */
class Heir {
  readonly #parts: HeirParts;
  readonly #claims = new Map<string, JobClaim>();
  #epoch = 0;
  #head = 0;

  private constructor(parts: HeirParts) {
    this.#parts = parts;
  }

  static async open(server: PostgresServer, schema: string): Promise<Heir> {
    const place = { connection: server.url, schema };
    const store = await postgres({ ...place, leaseMs: LEASE_MS })();
    const [transport, limits] = [await pgBoss(place)(), await postgresReservations(place)()];
    return new Heir({ server, schema, store, transport, limits });
  }

  /** Takes the lease, and writes; gives when. */
  async lead(): Promise<number> {
    const { store } = this.#parts;
    let lease = await store.leases.acquire(STREAM, currentHolder('heir'));
    while (lease.kind === 'busy') {
      await sleep(10);
      lease = await store.leases.acquire(STREAM, currentHolder('heir'));
    }
    const at = performance.now();
    this.#epoch = lease.epoch;
    this.#head = (await store.events.head(STREAM)) + 1;
    const mine = { ...expectedEvent(this.#head, this.#epoch), id: 'of the heir' };
    await store.events.append(this.#epoch, [mine]);
    return at;
  }

  /** Gets the calls that the zombie made once its claims are lost, and ends one of them; gives when. */
  async takeCalls(): Promise<number> {
    const { transport } = this.#parts;
    while (this.#claims.size < 2) {
      await sleep(100);
      for (const claim of await transport.claim(['held', 'done'], 2)) {
        this.#claims.set(claim.job.id, claim);
      }
    }
    const at = performance.now();
    await this.#end('done');
    return at;
  }

  /** Takes over what the zombie reserved, and settles it; the zombie is taken for dead, as if it had been frozen for long. */
  async takeLimits(): Promise<void> {
    const { server, schema, limits } = this.#parts;
    server.sql(
      `SELECT set_config('search_path', '${schema}', false); SELECT remove_members('{zombie}')`,
    );
    await limits.join({ id: 'heir', name: 'heir', terms: {} }, Date.now());
    await limits.reserve(sampleHold('first', 'heir', 60));
    await limits.settle('first', { places: 0, tokens: 10 });
  }

  /** What is not as it was left. */
  async lookRound(): Promise<readonly string[]> {
    const { store, transport, limits } = this.#parts;
    const found: readonly (readonly [string, boolean])[] = [
      ['The zombie wrote.', (await store.events.head(STREAM)) === this.#head],
      ['What the successor wrote is not there.', await this.#isLastMine()],
      ['The zombie wrote elsewhere.', (await store.events.head('project/other')) === 0],
      [
        'The zombie gave back what was not its own.',
        (await store.leases.renew?.(STREAM, this.#epoch)) === true,
      ],
      [
        'Calls do not stand as they did.',
        (await this.#standing()) === 'held claimed, waits waiting',
      ],
      ['A reply of the zombie was kept.', (await this.#mail()) === 'heir/done'],
      ['The successor lost a call.', await this.#canEnd('held')],
      [
        'The zombie changed what counts at a shared limit.',
        (await limits.reserve(sampleHold('third', 'heir', 90))).kind === 'held',
      ],
      [
        'The successor cannot send calls.',
        (await transport.withdraw(this.#epoch, STREAM, ['waits'])).length === 1,
      ],
    ];
    return found.flatMap(([sentence, isWell]) => (isWell ? [] : [sentence]));
  }

  async close(): Promise<void> {
    const { store, transport, limits } = this.#parts;
    await Promise.all([store.close(), transport.close(), limits.close()]);
  }

  async #isLastMine(): Promise<boolean> {
    const { events } = this.#parts.store;
    const [last] = await events.read({ stream: STREAM, after: this.#head - 1, limit: 9 });
    return last?.id === 'of the heir';
  }

  async #standing(): Promise<string> {
    const standing = await this.#parts.transport.standing(['held', 'done', 'waits', 'late']);
    return [...standing]
      .map(([id, stands]) => `${id} ${stands}`)
      .sort()
      .join(', ');
  }

  async #mail(): Promise<string> {
    const mail = (await this.#parts.store.mail?.read(STREAM, 9)) ?? [];
    return mail.map(({ id }) => id).join(', ');
  }

  async #canEnd(id: string): Promise<boolean> {
    return await this.#end(id).then(
      () => true,
      () => false,
    );
  }

  async #end(id: string): Promise<void> {
    const claim = this.#claims.get(id);
    if (claim === undefined) throw new Error(`The call of ${id} was never claimed.`);
    await this.#parts.transport.settle(claim, replyBy('heir', claim));
  }
}
