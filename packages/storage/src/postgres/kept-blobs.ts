import { ConfigError } from '@overseer/core/plugin';

/** For how long a value need not be noted as put again, in minutes. */
export const PUT_LATELY_MINUTES = 5;

/** A value that was put again stays at least as long as it took until that was noted, and as long again for its event to come, in ms. */
const LEAST_AGE_MS = 2 * PUT_LATELY_MINUTES * 60_000;

/** A hundred years, in ms: PostgreSQL counts no further back than it has to. */
export const MOST_AGE_MS = 3_155_760_000_000;

/** How old a large value must be before it may be removed. Throws `ConfigError` `config.invalid`. */
export function checkAge(name: string, ms: number): number {
  const isRight = Number.isInteger(ms) && ms >= LEAST_AGE_MS && ms <= MOST_AGE_MS;
  if (isRight || ms === Number.POSITIVE_INFINITY) return ms;
  throw new ConfigError(
    'config.invalid',
    `${name} is ${ms}: give a whole number from ${LEAST_AGE_MS} to ${MOST_AGE_MS}, or Infinity. Sooner, a value might go before the event that names it is there.`,
  );
}

/** What is known of large values, for whoever removes those that nothing names. */
export const KEPT_BLOBS = `
  -- put_at: when somebody put it last, who may be about to name it. named: an event names it, for good. A row 'look_again' in meta says that
  -- a run was erased, and what it named may be named by nothing now.
  ALTER TABLE blob ADD COLUMN put_at timestamptz NOT NULL DEFAULT now(), ADD COLUMN named boolean NOT NULL DEFAULT false;
  CREATE INDEX blob_unnamed ON blob (put_at) WHERE NOT named;
  INSERT INTO meta VALUES ('compacted', 0);
  UPDATE meta SET value = 3 WHERE key = 'min_writer';
`;
