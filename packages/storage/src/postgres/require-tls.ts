import { ConfigError } from '@overseer/core/plugin';
import { hostOf, redact } from './addresses.ts';

/** What an address says of TLS in a way that the driver understands; an empty value says nothing. */
const SAYS = /[?&]((ssl|sslmode|sslrootcert|sslcert|sslkey)=[^&#]|sslnegotiation=direct)/i;

/**
 * Refuses what would be sent to another host in the clear without anybody having said so. Throws `ConfigError` `config.tls`, naming the
 * address and the ways out.
 */
export function requireTls(
  addresses: readonly string[],
  tls: boolean | object | undefined,
  variables: NodeJS.ProcessEnv = process.env,
): void {
  if (tls !== undefined || (variables['PGSSLMODE'] ?? '') !== '') return;
  const isOpen = (address: string): boolean =>
    !isHere(hostOf(address, variables)) && !SAYS.test(address);
  const open = addresses.find(isOpen);
  if (open === undefined) return;
  throw new ConfigError(
    'config.tls',
    `${redact(open)} is on another host, and nothing says that the connection is encrypted: add ?sslmode=verify-full to the address (with &sslrootcert=FILE for a certificate of your own), or give tls; where nobody else can hear the network, say ?sslmode=disable.`,
  );
}

/** Whether a host is this machine: its loopback addresses, its name for itself, and sockets in a folder. */
function isHere(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|::1)?$/i.test(host) || /^(\/|%2f)/i.test(host);
}
