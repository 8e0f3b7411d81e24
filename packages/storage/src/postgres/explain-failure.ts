import { StoreError, type StoreErrorCode } from '@overseer/core/plugin';
import type { Refusal } from '../sqlite/protocol.ts';
import { SILENT } from './connection.ts';

/** What an error of PostgreSQL or of the network means for the store, and what to do about it. Never shows a password. */
export function explainFailure(error: unknown, name: string): Refusal {
  const { refused, sentence } = MEANING[codeOf(error) ?? ''] ?? byClass(error);
  const said = error instanceof Error ? saidBy(error) : String(error);
  return { refused, message: `${sentence(name)} (${said}).`, cause: said };
}

/** The same error in words of the store. */
export function toStoreError(error: unknown, name: string): StoreError {
  if (error instanceof StoreError) return error;
  const { refused, message } = explainFailure(error, name);
  return new StoreError(refused, message, { cause: error });
}

/** Whether the connection is of no use any more, so that another one may do better. */
export function isLost(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  if (/^(08|57P0[1-5]$|25P0[34]$|25006$)/.test(code)) return true;
  if (NETWORK.has(code)) return true;
  return (
    error instanceof Error &&
    /^(Connection terminated|Client (has|was)|timeout e|read E|write E|This socket)/i.test(
      error.message,
    )
  );
}

/** Whether something was held too long, maybe by what was asked for on a connection that is given up. */
export function isHeldUp(error: unknown): boolean {
  return codeOf(error) === '55P03';
}

/** Whether the same transaction may succeed when it is tried again: another one came in between. */
export function isCollision(error: unknown): boolean {
  return ['40001', '40P01', '23505'].includes(codeOf(error) ?? '');
}

/** The SQLSTATE of a server's error, or the name of a system's. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

interface Meaning {
  readonly refused: StoreErrorCode;
  readonly sentence: (name: string) => string;
}

const UNREACHABLE: Meaning = {
  refused: 'store.unreachable',
  sentence: (name) =>
    `${name} cannot be reached: check that PostgreSQL runs there and that host and port are right`,
};

const READ_ONLY: Meaning = {
  refused: 'store.read-only',
  sentence: (name) =>
    `${name} takes no writes: it is a standby, or was set to read only. Give the address of the primary, or of all hosts with commas between them`,
};

const CORRUPT: Meaning = {
  refused: 'store.corrupt',
  sentence: (name) => `${name} is damaged: restore the database from a backup`,
};

const SLOW: Meaning = {
  refused: 'store.busy',
  sentence: (name) =>
    `${name} did not finish in time: another process holds what is needed, the server is overloaded, or it waits for a synchronous standby that is not there`,
};

const UNANSWERED: Meaning = {
  refused: 'store.unreachable',
  sentence: (name) =>
    `${name} did not answer in time: it is cut off or overloaded, or it waits for a synchronous standby that is not there`,
};

/** By SQLSTATE, https://www.postgresql.org/docs/15/errcodes-appendix.html. */
const MEANING: Readonly<Record<string, Meaning>> = {
  '25006': READ_ONLY,
  '53100': {
    refused: 'store.full',
    sentence: (name) =>
      `There is no room left on the disk of ${name}: free some space; all that was acknowledged is kept`,
  },
  '53300': {
    refused: 'store.unreachable',
    sentence: (name) =>
      `${name} has no connection left: raise max_connections (12 for each node of Overseer), or end what holds them`,
  },
  '28P01': {
    refused: 'store.unreachable',
    sentence: (name) => `${name} refuses the password: check user and password in the address`,
  },
  '28000': {
    refused: 'store.unreachable',
    sentence: (name) => `${name} does not let this user in: check the user, and pg_hba.conf`,
  },
  '3D000': {
    refused: 'store.unreachable',
    sentence: (name) => `${name} has no such database: make it with createdb, or name another`,
  },
  '42501': {
    refused: 'store.read-only',
    sentence: (name) =>
      `This user may not do that in ${name}: grant it CREATE on the database once, and all rights in the schema of Overseer`,
  },
  '23514': {
    refused: 'store.key',
    sentence: (name) =>
      `${name} was sealed and takes nothing in the clear any more: give the keys that it is sealed with, in the option "encryption"; where "overseer seal" was broken off, run it again`,
  },
  '40001': {
    refused: 'store.failed',
    sentence: (name) =>
      `${name} gave up what was asked, because others changed what it read: ask again; a standby that is read for long needs hot_standby_feedback = on`,
  },
  '42P01': {
    refused: 'store.corrupt',
    sentence: (name) => `Tables are missing in ${name}: restore the database from a backup`,
  },
  '3F000': {
    refused: 'store.corrupt',
    sentence: (name) => `The schema is gone in ${name}: restore the database from a backup`,
  },
  '22021': CORRUPT,
  XX001: CORRUPT,
  XX002: CORRUPT,
  [SILENT]: UNANSWERED,
  '55P03': SLOW,
  '57014': SLOW,
};

const NETWORK: ReadonlySet<string> = new Set([
  SILENT,
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH'],
  ...['ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT', 'ENETDOWN', 'EHOSTDOWN'],
]);

function byClass(error: unknown): Meaning {
  if (isLost(error)) return UNREACHABLE;
  return {
    refused: 'store.failed',
    sentence: (name) =>
      `${name} could not do what it was asked: look into the log of PostgreSQL; all that was acknowledged is kept`,
  };
}

/** Some errors of the network have no message but those of the addresses that were tried. */
function saidBy(error: Error): string {
  const inner = error instanceof AggregateError ? error.errors.map(String).join(', ') : '';
  const said = [codeOf(error), error.message, inner].filter(
    (part) => part !== undefined && part !== '',
  );
  return said.join(' ').replace(/\.$/, '');
}
