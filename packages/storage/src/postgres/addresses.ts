import { ConfigError } from '@overseer/core/plugin';
import { shownSchema } from './schema-in-address.ts';

/** One address for each host. Throws `ConfigError` for what is no address of PostgreSQL. */
export function addressesOf(connection: string | readonly string[]): readonly string[] {
  const given = typeof connection === 'string' ? [connection] : connection;
  const addresses = given.flatMap(oneForEachHost);
  if (addresses.length > 0) return addresses;
  throw new ConfigError(
    'config.invalid',
    'No address of PostgreSQL was given: give one such as postgres://user@host:5432/database.',
  );
}

/** Whether a text is an address of PostgreSQL, and not a path. */
export function isPostgresAddress(text: string): boolean {
  return /^postgres(ql)?:\/\//i.test(text);
}

/** An address as people may see it: without the password and without what the driver is told, with the schema that it names. */
export function redact(address: string): string {
  const { hosts, before, after } = partsOf(address);
  const user = /^[^:@]*/.exec(before)?.[0] ?? '';
  const path = after.replace(/[?#].*$/s, '');
  return `postgres://${user === '' ? '' : `${user}@`}${hosts}${path}${shownSchema(address)}`;
}

/**
 * The host that the driver takes for an address, without its port, or the folder of a socket: what `host` says behind the question mark, what
 * stands before it, or `PGHOST`; empty where none is named.
 */
export function hostOf(address: string, variables: NodeJS.ProcessEnv = process.env): string {
  const { hosts, after } = partsOf(address);
  const asked = /[?&]host=([^&#]+)/i.exec(after)?.[1];
  if (asked !== undefined) return decodeURIComponent(asked);
  return hosts.replace(/:\d*$/, '') || (variables['PGHOST'] ?? '');
}

function oneForEachHost(address: string): readonly string[] {
  if (!isPostgresAddress(address)) {
    throw new ConfigError(
      'config.invalid',
      'An address of PostgreSQL begins with postgres://, such as postgres://user@host:5432/database; what was given does not.',
    );
  }
  const { hosts, before, after } = partsOf(address);
  return hosts.split(',').map((host) => `postgres://${before}${host}${after}`);
}

/** A password may hold an @ that nobody escaped; a host cannot. */
function partsOf(address: string): {
  readonly before: string;
  readonly hosts: string;
  readonly after: string;
} {
  const rest = address.replace(/^[a-z]+:\/\//i, '');
  const end = rest.search(/[/?#]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const at = authority.lastIndexOf('@') + 1;
  return {
    before: authority.slice(0, at),
    hosts: authority.slice(at),
    after: end < 0 ? '' : rest.slice(end),
  };
}
