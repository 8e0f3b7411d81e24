import type { JobClaim, JobStanding, Mail, ModelJob, WithdrawnJob } from '@overseer/core/spec';
import type { PgBoss } from 'pg-boss';
import type { Connection } from '../postgres/connection.ts';
import type { AtRest } from '../postgres/key-rows.ts';
import { putMail } from '../postgres/mail.ts';
import type { Session } from '../postgres/session.ts';
import { databaseOn } from './boss-database.ts';
import { attemptOf, claimOf, insertOf, type JobRow, QUEUE, queueOf, rowOf } from './job-rows.ts';

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
  /** How replies are kept until they are read: as the journal is. */
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

  /** Queues jobs that are not known. */
  async enqueue(jobs: readonly ModelJob[]): Promise<void> {
    // Within one batch, pg-boss takes no job twice.
    const each = new Map(jobs.map((job) => [job.id, job]));
    for (const [model, ofModel] of Map.groupBy(each.values(), (job) => job.model)) {
      const queue = await this.#queueOf(model);
      await this.#parts.boss.insert(queue, ofModel.map(insertOf));
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
      claims.push(...rows.map(claimOf));
    }
    return claims;
  }

  /** `false` where the claim counts no more. */
  async heartbeat(claim: JobClaim): Promise<boolean> {
    const queue = await this.#queueOf(claim.job.model);
    return countOf(await this.#parts.boss.touch(queue, attemptOf(claim))) === 1;
  }

  /** Ends a job and leaves the reply, both or none. `tries` is how often that was in doubt before. */
  async settle(claim: JobClaim, reply: Mail, tries: number): Promise<boolean> {
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
    return counts;
  }

  /** Takes back those that are not settled. */
  async withdraw(ids: readonly string[]): Promise<readonly WithdrawnJob[]> {
    if (ids.length === 0) return [];
    const idOf = new Map(ids.map((id) => [rowOf(id), id]));
    const withdrawn: WithdrawnJob[] = [];
    await this.#transaction(async (connection) => {
      withdrawn.length = 0;
      const db = databaseOn(connection);
      const { rows } = await connection.query({
        text: `SELECT name, id, started_on IS NOT NULL AS begun FROM ${this.#parts.schema}.job
          WHERE id = ANY($1::uuid[]) AND state < 'completed' FOR UPDATE`,
        values: [[...idOf.keys()]],
      });
      for (const [queue, open] of Map.groupBy(rows, ({ name }) => String(name))) {
        const rowIds = open.map(({ id }) => String(id));
        await this.#parts.boss.cancel(queue, rowIds, { db });
        for (const { id, begun } of open) {
          withdrawn.push({ id: idOf.get(String(id)) ?? '', wasClaimed: begun === true });
        }
      }
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

/** How many rows a command touched, which pg-boss says and its types do not. */
function countOf(response: object): number {
  return 'affected' in response ? Number(response.affected) : 0;
}
