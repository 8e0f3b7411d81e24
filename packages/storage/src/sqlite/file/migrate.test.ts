import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../node-driver.ts';
import { migrate } from './migrate.ts';
import { readPragma } from './pragma.ts';
import { APPLICATION_ID } from './schema.ts';

const FIRST = 'CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1)';
const SECOND = 'CREATE TABLE b (y INTEGER); INSERT INTO b SELECT x + 1 FROM a';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overseer-'));
  path = join(folder, 'j.db');
});

afterEach(() => rm(folder, { recursive: true }));

describe('migrate', () => {
  it('R5: gives a new file every change, and marks it as ours', () => {
    const database = openDatabase(path);
    migrate(database, path, [FIRST, SECOND]);
    expect(database.prepare('SELECT y FROM b').get()).toMatchObject({ y: 2 });
    expect(readPragma(database, 'user_version')).toBe(2);
    expect(readPragma(database, 'application_id')).toBe(APPLICATION_ID);
    database.close();
  });

  it('R5: gives an older file what it lacks, and keeps a copy of what it was', () => {
    const database = openDatabase(path);
    migrate(database, path, [FIRST]);
    expect(existsSync(`${path}.v1.bak`)).toBe(false);
    migrate(database, path, [FIRST, SECOND]);
    migrate(database, path, [FIRST, SECOND]);
    expect(readPragma(database, 'user_version')).toBe(2);
    database.close();
    using copy = new DatabaseSync(`${path}.v1.bak`, { readOnly: true });
    expect(copy.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: 1 });
    expect(copy.prepare('SELECT x FROM a').get()).toMatchObject({ x: 1 });
  });

  it('R5 X2: the copy is for its owner alone, and whole or not there', () => {
    const database = openDatabase(path);
    migrate(database, path, [FIRST]);
    // As a process leaves it that died.
    writeFileSync(`${path}.v1.bak.1234.part`, 'half');
    const failing = {
      ...database,
      exec: (sql: string) => database.exec(sql),
      close: () => database.close(),
      prepare: (sql: string) => {
        const statement = database.prepare(sql);
        if (!sql.startsWith('VACUUM')) return statement;
        const run = (...values: Parameters<typeof statement.run>): never => {
          statement.run(...values);
          throw new Error('no room');
        };
        return { get: () => undefined, all: () => [], run };
      },
    };
    expect(() => migrate(failing, path, [FIRST, SECOND])).toThrow('no room');
    expect(existsSync(`${path}.v1.bak`)).toBe(false);
    migrate(database, path, [FIRST, SECOND]);
    expect(statSync(`${path}.v1.bak`).mode & 0o777).toBe(0o600);
    database.close();
    expect(readdirSync(folder).sort()).toEqual(['j.db', 'j.db.v1.bak']);
  });

  it('R5: a change that fails leaves the file as it was', () => {
    const database = openDatabase(path);
    migrate(database, path, [FIRST]);
    expect(() => migrate(database, path, [FIRST, SECOND, 'CREATE NONSENSE'])).toThrow(/NONSENSE/);
    expect(readPragma(database, 'user_version')).toBe(1);
    expect(() => database.prepare('SELECT y FROM b')).toThrow(/no such table/);
    database.close();
  });
});
