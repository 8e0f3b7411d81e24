import type { ModelListing, ServerListing } from '../setup/ask-servers.ts';
import { table } from './table.ts';
import { oneLine } from './words.ts';

/** A block a server: where it is and whether it answers, and a table of its models. */
export function listingLines(servers: readonly ServerListing[]): readonly string[] {
  return servers.flatMap((server, at) => [...(at === 0 ? [] : ['']), ...blockOf(server)]);
}

function blockOf({ provider, address, connection, models }: ServerListing): readonly string[] {
  const place = `${provider} at ${address}`;
  if (connection.state === 'disconnected') return [oneLine(`✗ ${place}: ${connection.reason}`)];
  const head = oneLine(`✓ ${place}: ${models.length} ${models.length === 1 ? 'model' : 'models'}`);
  if (models.length === 0) return [head];
  const rows = table(COLUMNS, models.map(rowOf));
  return [head, ...rows.map((row) => `  ${row}`)];
}

const COLUMNS = [
  { head: 'model' },
  { head: 'state' },
  { head: 'window', align: 'right' },
  { head: '$/M in', align: 'right' },
  { head: '$/M out', align: 'right' },
  { head: 'can' },
] as const;

function rowOf({ name, state, contextWindow, price, can }: ModelListing): readonly string[] {
  const abilities = [
    ...(can.tools === true ? ['tools'] : []),
    ...(can.json === 'schema' ? ['schema'] : []),
    ...(can.reasoning === true ? ['reasoning'] : []),
    ...(can.image === true ? ['images'] : []),
  ];
  return [
    oneLine(name),
    state ?? '?',
    contextWindow === undefined ? '?' : String(contextWindow),
    price === undefined ? '?' : String(price.input),
    price === undefined ? '?' : String(price.output),
    abilities.join(' ') || '?',
  ];
}
