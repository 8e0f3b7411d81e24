/** One change of a file that was asked for, as the shim noted it down before it happened. */
export interface Change {
  readonly kind: 'write' | 'truncate';
  /** Where it wrote, or the length that was asked for. */
  readonly offset: number;
  /** How long the file was. */
  readonly oldSize: number;
  /** What lay there. */
  readonly old: Uint8Array;
  /** What was written; empty for a truncation. */
  readonly bytes: Uint8Array;
}

const MAGIC = 0x504c4f47;
const HEAD = 40;
const WRITE = 1;
const SYNC = 3;

/**
 * The changes of each file, by inode, that no sync came after: what a power cut may undo. A last record that was cut
 * short by the kill is of a change that never happened.
 */
export function unsyncedChanges(log: Buffer): ReadonlyMap<bigint, readonly Change[]> {
  const unsynced = new Map<bigint, Change[]>();
  for (let at = 0; at + HEAD <= log.length; ) {
    if (log.readUInt32LE(at) !== MAGIC) throw new Error(`The shim's log is damaged at byte ${at}.`);
    const kind = log.readUInt32LE(at + 4);
    const inode = log.readBigUInt64LE(at + 8);
    const oldEnd = at + HEAD + log.readUInt32LE(at + 32);
    const end = oldEnd + log.readUInt32LE(at + 36);
    if (end > log.length) break;
    if (kind === SYNC) {
      unsynced.delete(inode);
    } else {
      const changes = unsynced.get(inode) ?? [];
      unsynced.set(inode, changes);
      changes.push({
        kind: kind === WRITE ? 'write' : 'truncate',
        offset: Number(log.readBigInt64LE(at + 16)),
        oldSize: Number(log.readBigInt64LE(at + 24)),
        old: log.subarray(at + HEAD, oldEnd),
        bytes: log.subarray(oldEnd, end),
      });
    }
    at = end;
  }
  return unsynced;
}
