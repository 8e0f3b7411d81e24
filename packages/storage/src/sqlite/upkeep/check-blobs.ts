import { hash as digest } from 'node:crypto';
import { keyIdOf } from '../../at-rest/envelope.ts';
import { openBlob } from '../file/blob-table.ts';
import { isRefusal } from '../protocol.ts';
import type { FileReport, Problems } from './file-report.ts';
import { breathe, type LookedAt, problemOf, tried } from './open-for-upkeep.ts';

const PIECE = 100;

/** A large value as it is in a table. */
type Row = Readonly<Record<string, unknown>>;

/** Looks at every large value, and whether those that events name are there. */
export async function checkBlobs(
  file: LookedAt,
  problems: Problems,
  names: Set<string>,
  signal: AbortSignal | undefined,
): Promise<FileReport['blobs']> {
  const page = file.database.prepare(
    `SELECT ${blobColumns(file)} FROM blob WHERE id > ? ORDER BY id LIMIT ${PIECE}`,
  );
  const counts = { count: 0, unnamed: 0, unopened: 0 };
  let last = Number.MIN_SAFE_INTEGER;
  while (true) {
    const rows = tried(file.path, () => page.all(last));
    if (isRefusal(rows)) {
      problems.add({ of: 'blob', what: `Large values cannot be read (${problemOf(rows)}).` });
      return counts;
    }
    for (const row of rows) {
      last = Number(row['id']);
      counts.count++;
      const name = nameOf(row);
      if (!names.delete(name)) counts.unnamed++;
      const state = checkBlob(file, row);
      if (state === 'unopened') counts.unopened++;
      if (state === 'damaged') problems.add({ of: 'blob', what: `Blob ${name} is changed.` });
    }
    if (rows.length < PIECE) break;
    await breathe(signal);
  }
  for (const name of names) problems.add({ of: 'blob', what: `Blob ${name} is missing.` });
  return counts;
}

/** The name of a large value. */
function nameOf({ hash }: Row): string {
  return hash instanceof Uint8Array ? Buffer.from(hash).toString('hex') : '';
}

/** Whether a large value is what was written. */
export function checkBlob(
  { packing, hasKeys }: Pick<LookedAt, 'packing' | 'hasKeys'>,
  row: Row,
): 'whole' | 'unopened' | 'damaged' {
  const { bytes, sum, data_key: keyId } = row;
  if (!(bytes instanceof Uint8Array)) return 'damaged';
  const name = nameOf(row);
  if (packing === undefined || sum === null)
    return isNamed(bytes, name) && keyId === null ? 'whole' : 'damaged';
  const isWhole = sum instanceof Uint8Array && digest('sha256', bytes, 'buffer').equals(sum);
  if (!isWhole || (keyIdOf(bytes) ?? null) !== keyId) return 'damaged';
  if (keyId !== null && !hasKeys) return 'unopened';
  const opened = openBlob(packing, name, row);
  const isOpened = opened instanceof Uint8Array && (keyId !== null || isNamed(opened, name));
  return isOpened ? 'whole' : 'damaged';
}

function isNamed(bytes: Uint8Array, name: string): boolean {
  return digest('sha256', bytes, 'hex') === name;
}

/** The columns of large values; files from before anything was packed lack two. */
export function blobColumns({ packing }: Pick<LookedAt, 'packing'>): string {
  return packing === undefined
    ? 'id, hash, bytes, NULL AS data_key, NULL AS sum'
    : 'id, hash, bytes, data_key, sum';
}
