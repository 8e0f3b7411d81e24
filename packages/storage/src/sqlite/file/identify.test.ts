import { afterAll, describe, expect, it } from 'vitest';
import type { SqliteDatabase } from '../driver.ts';
import { openDatabase } from '../node-driver.ts';
import { temporaryFolder } from '../temporary-folder.fixture.ts';
import { identify } from './identify.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './schema.ts';

const { newPath } = temporaryFolder(afterAll);

describe('identify', () => {
  it('R5: knows a file for ours that another makes a journal of between two looks', () => {
    const path = newPath();
    const database = openDatabase(path);
    const other = openDatabase(path);
    const seen = afterFirstLook(database, () => migrate(other, path, MIGRATIONS));
    expect(identify(seen, path)).toBeUndefined();
    expect(other.prepare('SELECT count(*) AS n FROM stream').get()).toMatchObject({ n: 0 });
    other.close();
    database.close();
  });

  it('R5: refuses a database of another program', () => {
    const database = openDatabase(newPath());
    database.exec('CREATE TABLE x (y)');
    expect(identify(database, 'x.db')).toMatchObject({ refused: 'store.corrupt' });
    database.close();
  });
});

/** The same database, where something happens once it was asked for the first time. */
function afterFirstLook(database: SqliteDatabase, then: () => void): SqliteDatabase {
  let isFirst = true;
  return {
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        get: (...values) => {
          const row = statement.get(...values);
          if (isFirst) then();
          isFirst = false;
          return row;
        },
        all: (...values) => statement.all(...values),
        run: (...values) => statement.run(...values),
      };
    },
    prepareQuery: (sql) => database.prepareQuery(sql),
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
  };
}
