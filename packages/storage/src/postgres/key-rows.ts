import { type KeyOwner, newWrapped, type WrappedKey, whyClosed } from '../at-rest/data-keys.ts';
import { keyIdOf } from '../at-rest/envelope.ts';
import { type KeyRing, noKey } from '../at-rest/key-ring.ts';
import type { Compression } from '../sqlite/file/compression.ts';
import { Packing } from '../sqlite/file/packing.ts';
import type { Connection } from './connection.ts';
import { KeySet, storedName, streamOf } from './key-set.ts';
import { fromText, toText } from './names.ts';
import type { PgRow } from './pg-client.ts';

/** The table of data keys, and what sealed and compressed content needs beside it. */
export const AT_REST = `
  -- stub: of an event whose body is packed (codec 1) what stays in the clear: [id, at, type, v, epoch, run]; its lifted then
  -- holds the names of blobs alone, and its hash covers [stream, seq], stub, lifted and body. sum: of blobs that are packed, and
  -- of snapshots.
  ALTER TABLE event ADD COLUMN stub text;
  ALTER TABLE blob ADD COLUMN data_key integer, ADD COLUMN sum bytea;
  CREATE INDEX blob_of_key ON blob (data_key) WHERE data_key IS NOT NULL;
  ALTER TABLE snapshot ADD COLUMN sum bytea;

  -- owner: 'run [stream, run]', 'stream <name>' or 'store'. wrapped: under the master key of that id; none once it was erased.
  CREATE TABLE data_key (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner text NOT NULL UNIQUE,
    master text NOT NULL,
    wrapped bytea,
    erased_at timestamptz
  );
  UPDATE meta SET value = 2 WHERE key = 'min_writer';
`;

/** How a store keeps content. */
export interface AtRest {
  /** The store's name, for messages. */
  readonly name: string;
  /** Its master keys; `undefined` leaves content in the clear. */
  readonly ring: KeyRing | undefined;
  readonly compression: Compression;
}

/** Throws `StoreError` `store.key` where the master keys are not those that the store was written with. */
export async function checkKeys(connection: Connection, { name, ring }: AtRest): Promise<void> {
  const { rows } = await connection.query(`SELECT id, owner, master, wrapped FROM data_key
    WHERE id IN (SELECT max(id) FROM data_key WHERE wrapped IS NOT NULL GROUP BY master)`);
  requireOpen(rows.map(toWrapped), ring, name);
}

/** What opens these bytes; asks the server for their keys, which somebody else may have erased. */
export async function packingFor(
  connection: Connection,
  atRest: AtRest,
  packed: Iterable<Uint8Array | null>,
): Promise<Packing<KeySet>> {
  const rows = await keysIn(connection, packed);
  requireMasters(rows, atRest);
  return new Packing(new KeySet(atRest.ring, rows), atRest.compression);
}

/** The same, but for keys that are missing, which are told by what they do not open. */
export async function packingToLook(
  connection: Connection,
  { ring, compression }: AtRest,
  packed: Iterable<Uint8Array | null>,
): Promise<Packing<KeySet>> {
  return new Packing(new KeySet(ring, await keysIn(connection, packed)), compression);
}

async function keysIn(
  connection: Connection,
  packed: Iterable<Uint8Array | null>,
): Promise<readonly WrappedKey[]> {
  const ids = new Set<number>();
  for (const bytes of packed) {
    const id = bytes === null ? undefined : keyIdOf(bytes);
    if (id !== undefined) ids.add(id);
  }
  return ids.size === 0 ? [] : await readKeys(connection, [...ids]);
}

/** The keys with these numbers. */
async function readKeys(
  connection: Connection,
  ids: readonly number[],
): Promise<readonly WrappedKey[]> {
  const { rows } = await connection.query({
    name: 'read-keys',
    text: 'SELECT id, owner, master, wrapped FROM data_key WHERE id = ANY($1::bigint[])',
    values: [ids],
  });
  return rows.map(toWrapped);
}

/** The keys that these owners write with, made where they have none; of an erased run also that of its stream. */
export async function keysToWrite(
  connection: Connection,
  atRest: AtRest,
  owners: readonly KeyOwner[],
): Promise<readonly WrappedKey[]> {
  const { ring } = atRest;
  if (ring === undefined || owners.length === 0) return [];
  const found = await openOrMake(connection, atRest, ring, owners);
  const erased = new Set(found.flatMap(({ owner, wrapped }) => (wrapped === null ? [owner] : [])));
  const streams = owners.filter((owner) => erased.has(storedName(owner))).map(streamOf);
  if (streams.length === 0) return found;
  return [...found, ...(await openOrMake(connection, atRest, ring, streams))];
}

/** The keys of these owners that there are. */
export async function keysOf(
  connection: Connection,
  owners: readonly KeyOwner[],
): Promise<readonly WrappedKey[]> {
  return await readOwned(connection, [...new Set(owners.map(storedName))]);
}

async function openOrMake(
  connection: Connection,
  atRest: AtRest,
  ring: KeyRing,
  owners: readonly KeyOwner[],
): Promise<readonly WrappedKey[]> {
  // In an order that is the same for all, so that no two writers wait for each other.
  const names = [...new Set(owners.map(storedName))].sort();
  const found = await readOwned(connection, names);
  const known = new Set(found.map(({ owner }) => owner));
  const fresh = names.filter((name) => !known.has(name));
  if (fresh.length > 0) await makeKeys(connection, fresh, ring);
  const made = fresh.length === 0 ? [] : await readOwned(connection, fresh);
  const rows = [...found, ...made];
  requireMasters(rows, atRest);
  return rows;
}

/** Somebody else may make the same at the same time: what is there first is the key. */
async function makeKeys(
  connection: Connection,
  names: readonly string[],
  ring: KeyRing,
): Promise<void> {
  const made = names.map((name) => newWrapped(name, ring));
  await connection.query({
    name: 'make-keys',
    text: `INSERT INTO data_key (owner, master, wrapped)
      SELECT owner, $2, decode(wrapped, 'hex') FROM unnest($1::text[], $3::text[]) AS given (owner, wrapped)
      ON CONFLICT (owner) DO NOTHING`,
    values: [
      names.map(toText),
      ring.current,
      made.map(({ wrapped }) => Buffer.from(wrapped ?? []).toString('hex')),
    ],
  });
}

async function readOwned(
  connection: Connection,
  names: readonly string[],
): Promise<readonly WrappedKey[]> {
  const { rows } = await connection.query({
    name: 'read-owned-keys',
    text: 'SELECT id, owner, master, wrapped FROM data_key WHERE owner = ANY($1::text[])',
    values: [names.map(toText)],
  });
  return rows.map(toWrapped);
}

/** A key as it is in its row. */
export function toWrapped({ id, owner, master, wrapped }: PgRow): WrappedKey {
  return {
    id: Number(id),
    owner: fromText(String(owner)),
    master: String(master),
    wrapped: wrapped instanceof Uint8Array ? wrapped : null,
  };
}

/** Another node may seal under a master key that this one was not given. */
function requireMasters(rows: readonly WrappedKey[], { name, ring }: AtRest): void {
  const strange = rows.filter(
    ({ master, wrapped }) => wrapped !== null && !Object.hasOwn(ring?.keys ?? {}, master),
  );
  requireOpen(strange, ring, name);
}

function requireOpen(rows: readonly WrappedKey[], ring: KeyRing | undefined, name: string): void {
  const problem = whyClosed(rows, ring, name);
  if (problem !== undefined) throw noKey(problem);
}
