import { StoreError } from '@overseer/core/plugin';
import type { JobClaim, JobStanding, Mail, ModelJob, WithdrawnJob } from '@overseer/core/spec';
import type { PgBoss } from 'pg-boss';
import type { Connection } from '../postgres/connection.ts';
import { fence, lockLeases } from '../postgres/held-leases.ts';
import type { Guard } from '../postgres/insert-rows.ts';
import type { AtRest } from '../postgres/key-rows.ts';
import { putMail } from '../postgres/mail.ts';
import { toText } from '../postgres/names.ts';
import type { Session } from '../postgres/session.ts';
import { waitForStandby } from '../postgres/wait-for-standby.ts';
import { databaseOn } from './boss-database.ts';
import { guardedDatabase, isLeaseOver } from './guarded-database.ts';
import { type JobRow, jobRows, jobsIn } from './job-content.ts';
import { attemptOf, claimOf, insertOf, QUEUE, queueOf, rowOf } from './job-rows.ts';

/** Who is told that there are jobs. No stream has this name. */
export const QUEUED = '';

/** With what jobs are kept. */
export interface BossJobsParts {
  readonly boss: PgBoss;
  /** The schema of pg-boss. */
  readonly schema: string;
  /** By which hints are given. */
  readonly channel: string;
  readonly queue: Session;
  /** How jobs and replies are kept: as the journal is. */
  readonly atRest: AtRest;
  /** For transactions: apart, since pg-boss may have to look something up in one. */
  readonly replies: Session;
}

/** The rows of one transport. Rejects with the driver's errors. */
export class BossJobs {
  readonly #parts: BossJobsParts;
  readonly #queues = new Map<string, Promise<void>>();

  constructor(parts: BossJobsParts) {
    this.#parts = parts;
  }

  /** Queues jobs that are not known, while the epoch has the leases of their streams. Throws `StoreError` `store.fenced`. */
  async enqueue(epoch: number, jobs: readonly ModelJob[]): Promise<void> {
    // Within one batch, pg-boss takes no job twice.
    const each = new Map(jobs.map((job) => [job.id, job]));
    for (const [model, ofModel] of Map.groupBy(each.values(), (job) => job.model)) {
      const queue = await this.#queueOf(model);
      const { atRest, boss, queue: session } = this.#parts;
      const rows = await session.use((connection) => jobRows(connection, atRest, ofModel));
      const inserts = ofModel.map((job, at) => insertOf(job, rows[at]));
      const guard = { epoch, streams: [...new Set(ofModel.map(({ stream }) => stream))] };
      const db = guardedDatabase((work) => session.use(work), guard);
      try {
        await boss.insert(queue, inserts, { db });
      } catch (error) {
        throw isLeaseOver(error) ? await session.use((held) => this.#fenced(held, guard)) : error;
      }
    }
    if (jobs.length > 0) this.#tell(QUEUED);
  }

  /** Takes jobs, the oldest of each model first. */
  async claim(models: readonly string[], slots: number): Promise<readonly JobClaim[]> {
    const claims: JobClaim[] = [];
    for (const model of models) {
      const batchSize = slots - claims.length;
      if (batchSize <= 0) break;
      const queue = await this.#queueOf(model);
      const rows = await this.#parts.boss.fetch<JobRow>(queue, { batchSize });
      const { atRest, queue: session } = this.#parts;
      const content = rows.map(({ data }) => data);
      const jobs = await session.use((connection) => jobsIn(connection, atRest, content));
      for (const [at, { retryCount }] of rows.entries()) {
        const job = jobs[at];
        // One that is damaged is lost by everybody, and then by its overseer.
        if (job !== undefined) claims.push(claimOf(job, retryCount));
      }
    }
    return claims;
  }

  /** `false` where the claim counts no more. */
  async heartbeat(claim: JobClaim): Promise<boolean> {
    const queue = await this.#queueOf(claim.job.model);
    return countOf(await this.#parts.boss.touch(queue, attemptOf(claim))) === 1;
  }

  /**
   * Ends a job and leaves the reply, both or none; one that this claim has ended with this reply is done. `tries` is how often that was
   * in doubt before. Throws `StoreError` `store.fenced` where the claim counts no more.
   */
  async settle(claim: JobClaim, reply: Mail, tries: number): Promise<void> {
    const { stream, model } = claim.job;
    const queue = await this.#queueOf(model);
    const counts = await this.#transaction(async (connection) => {
      const db = databaseOn(connection);
      const done = await this.#parts.boss.complete(queue, attemptOf(claim), null, { db });
      if (countOf(done) !== 1) return false;
      await putMail(connection, this.#parts.atRest, stream, reply, tries);
      return true;
    });
    if (counts) this.#tell(stream);
    else if (!(await this.#isSettledBy(claim, reply))) throw claimOver(claim);
  }

  /** Whether a commit whose answer was lost is there: a claim has one holder, and its mail is known beyond the life of the job. */
  #isSettledBy(claim: JobClaim, reply: Mail): Promise<boolean> {
    const { id, retryCount } = attemptOf(claim);
    return this.#parts.replies.use(async (connection) => {
      const { rows } = await connection.query({
        text: `SELECT FROM ${this.#parts.schema}.job JOIN mail ON mail.stream = $4 AND mail.name = $5
          WHERE job.name = $1 AND job.id = $2::uuid AND job.state = 'completed' AND job.retry_count = $3`,
        values: [
          queueOf(claim.job.model),
          ...[id, retryCount],
          ...[toText(claim.job.stream), toText(reply.id)],
        ],
      });
      if (rows.length === 0) return false;
      // It may be there and not at the standby.
      await waitForStandby(connection);
      return true;
    });
  }

  /**
   * Takes back those that are not settled, while the epoch has the lease of their stream. `tries` is how often that was in doubt before.
   * Throws `StoreError` `store.fenced`.
   */
  async withdraw(
    { epoch, stream }: { readonly epoch: number; readonly stream: string },
    ids: readonly string[],
    tries: number,
  ): Promise<readonly WithdrawnJob[]> {
    const idOf = new Map(ids.map((id) => [rowOf(id), id]));
    const withdrawn: WithdrawnJob[] = [];
    await this.#transaction(async (connection) => {
      withdrawn.length = 0;
      const guard = { epoch, streams: [stream] };
      const refusal = await this.#refusal(connection, guard);
      if (refusal !== undefined) throw refusal;
      const db = databaseOn(connection);
      // What was taken back by a try whose answer was lost is told too.
      const open =
        tries > 0 ? "(state < 'completed' OR state = 'cancelled')" : "state < 'completed'";
      const { rows } = await connection.query({
        text: `SELECT name, id, started_on IS NOT NULL AS begun FROM ${this.#parts.schema}.job
          WHERE id = ANY($1::uuid[]) AND ${open} FOR UPDATE`,
        values: [[...idOf.keys()]],
      });
      for (const [queue, found] of Map.groupBy(rows, ({ name }) => String(name))) {
        const rowIds = found.map(({ id }) => String(id));
        await this.#parts.boss.cancel(queue, rowIds, { db });
        for (const { id, begun } of found) {
          withdrawn.push({ id: idOf.get(String(id)) ?? '', wasClaimed: begun === true });
        }
      }
      if (tries > 0) await waitForStandby(connection);
      return true;
    });
    return withdrawn;
  }

  /** Those that are neither settled nor withdrawn. */
  async standing(ids: readonly string[]): Promise<ReadonlyMap<string, JobStanding>> {
    const idOf = new Map(ids.map((id) => [rowOf(id), id]));
    if (ids.length === 0) return new Map();
    const { rows } = await this.#parts.queue.use((connection) =>
      connection.query({
        text: `SELECT id, state = 'active' AS active FROM ${this.#parts.schema}.job
          WHERE id = ANY($1::uuid[]) AND state < 'completed'`,
        values: [[...idOf.keys()]],
      }),
    );
    return new Map(
      rows.map(({ id, active }) => [
        idOf.get(String(id)) ?? '',
        active === true ? 'claimed' : 'waiting',
      ]),
    );
  }

  /** Why an epoch may not act for streams; until the transaction ends, if there is one, nobody takes over where it may. */
  async #refusal(
    connection: Connection,
    { epoch, streams }: Guard,
  ): Promise<StoreError | undefined> {
    const leases = await lockLeases(connection, streams, [epoch]);
    const refusal = fence(epoch, streams, leases, this.#parts.atRest.name);
    return refusal && new StoreError(refusal.refused, refusal.message);
  }

  /** The same in words for one whose epoch was over a moment ago. */
  async #fenced(connection: Connection, guard: Guard): Promise<StoreError> {
    const refusal = await this.#refusal(connection, guard);
    return refusal ?? new StoreError('store.fenced', `Epoch ${guard.epoch} is over: stop.`);
  }

  /** Commits what was done, where `work` says so. */
  #transaction(work: (connection: Connection) => Promise<boolean>): Promise<boolean> {
    return this.#parts.replies.use(async (connection) => {
      await connection.query('BEGIN');
      try {
        const counts = await work(connection);
        await connection.query(counts ? 'COMMIT' : 'ROLLBACK');
        return counts;
      } catch (error) {
        await connection.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  async #queueOf(model: string): Promise<string> {
    const queue = queueOf(model);
    const made = this.#queues.get(queue) ?? this.#parts.boss.createQueue(queue, QUEUE);
    this.#queues.set(queue, made);
    try {
      await made;
    } catch (error) {
      this.#queues.delete(queue);
      throw error;
    }
    return queue;
  }

  /** Outside of transactions, which would wait for each other at their ends; what is not told is found by looking. */
  #tell(what: string): void {
    this.#parts.queue
      .use((connection) =>
        connection.query({ text: 'SELECT pg_notify($1, $2)', values: [this.#parts.channel, what] }),
      )
      .catch(() => undefined);
  }
}

function claimOver({ job, fence: claim }: JobClaim): StoreError {
  return new StoreError(
    'store.fenced',
    `Claim ${claim} of call ${job.id} is over: another worker has it, or it was settled or taken back. Leave the call alone; nothing of this reply is kept.`,
  );
}

/** How many rows a command touched, which pg-boss says and its types do not. */
function countOf(response: object): number {
  return 'affected' in response ? Number(response.affected) : 0;
}
