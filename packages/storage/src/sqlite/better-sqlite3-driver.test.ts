import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from './better-sqlite3-driver.ts';
import { configure } from './file/configure.ts';
import { readPragma } from './file/pragma.ts';
import { temporaryFolder } from './temporary-folder.fixture.ts';

const { newPath } = temporaryFolder(afterAll);

describe('better-sqlite3', () => {
  it('R1: does not sync every commit by itself, and does as the store sets it up', () => {
    const path = newPath();
    const first = openDatabase(path);
    first.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)');
    first.close();
    const database = openDatabase(path);
    expect(readPragma(database, 'journal_mode')).toBe('wal');
    expect(readPragma(database, 'synchronous')).toBe(1);
    expect(configure(database, path)).toBeUndefined();
    expect(readPragma(database, 'synchronous')).toBe(2);
    database.close();
  });

  it('R5: writes a file that the other driver reads', () => {
    const path = newPath();
    const database = openDatabase(path);
    database.exec('CREATE TABLE t (x BLOB) STRICT');
    database.prepare('INSERT INTO t VALUES (?)').run(new Uint8Array([1, 2]));
    database.close();
    using other = new DatabaseSync(path);
    expect(other.prepare('SELECT x FROM t').get()?.['x']).toEqual(new Uint8Array([1, 2]));
  });

  it('R5: refuses a path that the package would change', () => {
    expect(() => openDatabase(`${newPath()} `)).toThrow('begins or ends with a blank');
  });
});
