import { ConfigError } from '@overseer/core/plugin';
import type { KeySource } from '../at-rest/key-ring.ts';
import { type Compression, compressionOf } from '../sqlite/file/compression.ts';
import { addressesOf, redact } from './addresses.ts';
import { checkAge } from './kept-blobs.ts';
import { requireTls } from './require-tls.ts';
import { takeSchema } from './schema-in-address.ts';

/** How a PostgreSQL server is reached, and what is kept in it. */
export interface PostgresOptions {
  /**
   * One address or several, such as `postgres://user@host:5432/database`; one address may name several hosts with commas
   * between them. Of several, the first that takes writes is used, so that a standby that was promoted is found. `?overseer_schema=NAME`
   * says the schema as well.
   */
  readonly connection: string | readonly string[];
  /** The schema that holds all tables; the default is `overseer`. Made when it is not there. */
  readonly schema?: string;
  /**
   * How many connections serve reads and writes, 2 to 6; the default is 5. Leases, hints and shared limits take one each, and pg-boss
   * three: twelve at most for a node.
   */
  readonly poolSize?: number;
  /**
   * How long one statement may take, in ms; the default is 10,000. A connection that does not answer by then is given up. What looks
   * after a whole journal, and changes of the schema, take as long as they do.
   */
  readonly timeoutMs?: number;
  /** For how long a read or an append looks for a server that answers before it is refused, in ms; the default is 30,000. */
  readonly patienceMs?: number;
  /** How long a lease lasts that is not renewed, in ms; the default is 6,000. */
  readonly leaseMs?: number;
  /**
   * What the driver takes as `ssl`: `true`, or certificates. Without it, the address decides (`sslmode`), and one of another host that
   * says nothing is refused; `false` sends in the clear.
   */
  readonly tls?: boolean | object;
  /** Says that a pooler in between keeps each session on one connection of its own. Poolers are refused without it. */
  readonly pooled?: 'session';
  /**
   * Seals what is written from now on, with AES-256-GCM: content under a key of its run, that key under the current master key.
   * What was written before stays as it is. Every process that works on the schema needs the keys.
   */
  readonly encryption?: { readonly keys: KeySource };
  /** Whether large strings and snapshots are compressed (zstd); the default is `true`. `all` compresses events of 1 KiB and more too. */
  readonly compress?: boolean | 'all';
  /**
   * How old a large value must be before it is removed when no event names it, in ms; the default is an hour, ten minutes the least.
   * Whoever holds a lease looks that often, and at least every hour; `Infinity` keeps all.
   */
  readonly compactAfterMs?: number;
  /**
   * Reads alone, also from a standby: nothing is made, brought up to date or written, and no lease is had. A schema of another version is
   * refused. The default is `false`.
   */
  readonly readOnly?: boolean;
}

/** The options with nothing left open. */
export interface PostgresSettings {
  readonly addresses: readonly string[];
  readonly schema: string;
  readonly poolSize: number;
  readonly timeoutMs: number;
  readonly patienceMs: number;
  readonly leaseMs: number;
  readonly tls: boolean | object | undefined;
  readonly pooled: 'session' | undefined;
  readonly keys: KeySource | undefined;
  readonly compression: Compression;
  readonly compactAfterMs: number;
  readonly readOnly: boolean;
}

/** What is left of the twelve connections of a node beside those for leases, hints, shared limits and pg-boss. */
const MOST_POOL = 6;

/** Fills in the defaults. Throws `ConfigError` naming what cannot be used. */
export function settle(given: string | PostgresOptions): PostgresSettings {
  const options = typeof given === 'string' ? { connection: given } : given;
  const named = takeSchema(addressesOf(options.connection), options.schema);
  const { addresses, schema = 'overseer' } = named;
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema) || schema.startsWith('pg_')) {
    throw invalid(
      `schema is "${schema}": use lower-case letters, digits and _, at most 63, and not pg_ in front.`,
    );
  }
  const settings: PostgresSettings = {
    addresses,
    schema,
    poolSize: whole('poolSize', options.poolSize ?? 5, 2, MOST_POOL),
    timeoutMs: whole('timeoutMs', options.timeoutMs ?? 10_000, 100, 3_600_000),
    patienceMs: whole('patienceMs', options.patienceMs ?? 30_000, 0, 3_600_000),
    leaseMs: whole('leaseMs', options.leaseMs ?? 6_000, 300, 3_600_000),
    tls: options.tls,
    pooled: options.pooled,
    keys: options.encryption?.keys,
    compression: compressionOf(options.compress),
    compactAfterMs: checkAge('compactAfterMs', options.compactAfterMs ?? 3_600_000),
    readOnly: options.readOnly ?? false,
  };
  requireTls(addresses, options.tls);
  return settings;
}

/** All hosts and the database, without what is secret. */
export function nameOf({ addresses, schema }: PostgresSettings): string {
  const [first = ''] = addresses;
  const shown =
    addresses.length > 1 ? `${redact(first)} and ${addresses.length - 1} more` : redact(first);
  return schema === 'overseer' ? shown : `${shown} (schema ${schema})`;
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(`${name} is ${value}: give a whole number from ${least} to ${most}.`);
}

function invalid(problem: string): ConfigError {
  return new ConfigError('config.invalid', `The options of postgres() cannot be used: ${problem}`);
}
