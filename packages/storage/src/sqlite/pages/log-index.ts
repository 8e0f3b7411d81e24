import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { endianness } from 'node:os';
import process from 'node:process';

/** What the index beside a write-ahead log says of it. */
export interface LogIndex {
  /** The salts of the log that it is of. */
  readonly salts: Buffer;
  /** How many frames of that log are committed, and so were synced: it is written after that. */
  readonly committed: number;
}

/**
 * Reads what SQLite notes in the `-shm` file of a journal, which outlives a process that is killed. `undefined` where it says nothing.
 * A process of its own reads it: closing the file in this one would drop the locks that SQLite has on it here. Never throws.
 */
export function readLogIndex(path: string): LogIndex | undefined {
  const index = `${path}-shm`;
  if ((statSync(index, { throwIfNoEntry: false })?.size ?? 0) < 2 * HEADER) return undefined;
  const headers = readElsewhere(index);
  // One of the two may have been about to be written.
  return [headers.subarray(0, HEADER), headers.subarray(HEADER, 2 * HEADER)]
    .filter(isSound)
    .map((header) => ({ salts: header.subarray(32, 40), committed: word(header, 16) }))
    .sort((one, other) => other.committed - one.committed)[0];
}

const HEADER = 48;

/** The format of the only version there has been (https://www.sqlite.org/walformat.html#the_wal_index_header). */
const VERSION = 3_007_000;

const READER = `const { openSync, readSync } = require('node:fs');
const bytes = Buffer.alloc(${2 * HEADER});
readSync(openSync(process.argv[1]), bytes, 0, bytes.length, 0);
process.stdout.write(bytes);`;

function readElsewhere(index: string): Buffer {
  try {
    return execFileSync(process.execPath, ['-e', READER, index], {
      // Some programs are Node only when they are told to be.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5_000,
      windowsHide: true,
    });
  } catch {
    return Buffer.alloc(0);
  }
}

function isSound(header: Buffer): boolean {
  if (header.length < HEADER || word(header, 0) !== VERSION) return false;
  let [one, other] = [0, 0];
  for (let at = 0; at < 40; at += 8) {
    one = (one + word(header, at) + other) >>> 0;
    other = (other + word(header, at + 4) + one) >>> 0;
  }
  return one === word(header, 40) && other === word(header, 44);
}

/** It is kept in the machine's own order. */
function word(header: Buffer, at: number): number {
  return endianness() === 'BE' ? header.readUInt32BE(at) : header.readUInt32LE(at);
}
