import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isAlive } from '@overseer/core/plugin';
import type { LeaseHolder } from '@overseer/core/spec';
import type { Finding } from '../finding.ts';
import type { SqliteDatabase } from './driver.ts';
import { explainFailure } from './explain-failure.ts';
import { hurtLog } from './file/hurt-log.ts';
import { identify } from './file/identify.ts';
import { openReading } from './file/open-reading.ts';
import { readPragma } from './file/pragma.ts';
import { MIGRATIONS } from './file/schema.ts';
import { openDatabase } from './node-driver.ts';
import { isRefusal } from './protocol.ts';
import { whyDamaged } from './upkeep/known-tables.ts';

/** How long another process is waited for that has the file to itself, in ms. */
const BUSY_TIMEOUT_MS = 5_000;

/** Less room than this is told, in bytes. */
const LITTLE_ROOM = 1_073_741_824;

/**
 * Examines a journal in a SQLite file, beside whoever works on it: changes nothing, and takes no lease. What cannot be read is a
 * finding. Never throws.
 */
export function examineSqlite(path: string): readonly Finding[] {
  const file = resolve(path);
  try {
    const found = statSync(file);
    if (found.isDirectory()) return [aFolder(file)];
    const hurt = hurtLog(file);
    if (hurt !== undefined) return [{ name: 'file', state: 'bad', found: hurt.message }];
    const database = openReading(file, BUSY_TIMEOUT_MS);
    if (isRefusal(database)) return [{ name: 'file', state: 'bad', found: database.message }];
    try {
      const openEmpty = (): SqliteDatabase => openDatabase(':memory:');
      const refused = identify(database, file);
      if (refused !== undefined) {
        const { message } = whyDamaged(database, file, openEmpty) ?? refused;
        return [{ name: 'file', state: 'bad', found: message }];
      }
      if (readPragma(database, 'user_version') === 0) return [nothingIn(file)];
      const rights = rightsOf(file);
      return [
        { name: 'file', state: 'good', found: `${file}, ${found.size} bytes` },
        integrityOf(database),
        schemaOf(database),
        // How it is written cannot be told where it is taken as it is.
        ...(rights.state === 'good' ? [writesOf(database)] : []),
        rights,
        roomOf(file),
        leaseOf(database),
      ];
    } finally {
      database.close();
    }
  } catch (error) {
    return [{ name: 'file', state: 'bad', found: explainFailure(error, file).message }];
  }
}

function aFolder(file: string): Finding {
  const advice = 'Name the file in it that is the journal.';
  return { name: 'file', state: 'bad', found: `${file} is a folder`, advice };
}

function nothingIn(file: string): Finding {
  return {
    name: 'file',
    state: 'bad',
    found: `${file} is empty: there is no journal in it`,
    advice: 'Name the path of the journal; a run makes one in an empty file.',
  };
}

function integrityOf(database: SqliteDatabase): Finding {
  const said = String(readPragma(database, 'quick_check'));
  if (said === 'ok') return { name: 'integrity', state: 'good', found: 'every page is sound' };
  return {
    name: 'integrity',
    state: 'bad',
    found: said,
    advice: 'Run "overseer verify" and "overseer repair", or restore the file from a backup.',
  };
}

function schemaOf(database: SqliteDatabase): Finding {
  const version = Number(readPragma(database, 'user_version'));
  const found = `version ${version}, this Overseer knows ${MIGRATIONS.length}`;
  if (version === MIGRATIONS.length) return { name: 'schema', state: 'good', found };
  const advice = 'It is brought up to date, after a copy was made, when a store is opened.';
  return { name: 'schema', state: 'poor', found, advice };
}

function writesOf(database: SqliteDatabase): Finding {
  const mode = String(readPragma(database, 'journal_mode'));
  if (mode === 'wal') {
    return {
      name: 'writes',
      state: 'good',
      found: 'write-ahead log; a store syncs every commit, or is not opened',
    };
  }
  return {
    name: 'writes',
    state: 'poor',
    found: `journal mode ${mode}`,
    advice:
      'Open it with Overseer, which sets the write-ahead log; a file on a network drive cannot have one.',
  };
}

function rightsOf(file: string): Finding {
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    accessSync(dirname(file), constants.W_OK);
    return { name: 'rights', state: 'good', found: 'this user may write the file and its folder' };
  } catch (error) {
    return { name: 'rights', state: 'bad', found: explainFailure(error, file).message };
  }
}

function roomOf(file: string): Finding {
  const { bavail, bsize } = statfsSync(dirname(file));
  const free = bavail * bsize;
  const found = `${(free / 1_073_741_824).toFixed(1)} GiB are free`;
  if (free >= LITTLE_ROOM) return { name: 'room', state: 'good', found };
  return { name: 'room', state: 'poor', found, advice: 'Free some space before the disk is full.' };
}

function leaseOf(database: SqliteDatabase): Finding {
  const row = database.prepare('SELECT epoch, holder FROM lease').get();
  const text = row?.['holder'];
  if (typeof text !== 'string')
    return { name: 'lease', state: 'good', found: 'nobody works on it' };
  const holder: LeaseHolder = JSON.parse(text);
  const held = `held by ${holder.name} (process ${holder.pid}) at epoch ${String(row?.['epoch'])}`;
  if (isAlive(holder)) return { name: 'lease', state: 'good', found: held };
  return {
    name: 'lease',
    state: 'poor',
    found: `${held}, which is dead`,
    advice: 'Whoever opens it next takes over; what was begun can be resumed.',
  };
}
