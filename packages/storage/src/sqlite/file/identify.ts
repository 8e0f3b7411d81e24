import type { SqliteDatabase } from '../driver.ts';
import type { Refusal } from '../protocol.ts';
import { readPragma } from './pragma.ts';
import { APPLICATION_ID, MIGRATIONS, WRITER_VERSION } from './schema.ts';

/** Whether this code may write the file: `undefined` when it is new or a journal that this code knows. */
export function identify(database: SqliteDatabase, path: string): Refusal | undefined {
  const application = readPragma(database, 'application_id');
  const version = Number(readPragma(database, 'user_version'));
  const tables = Number(
    database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count'],
  );
  if (application === 0 && tables === 0) return undefined;
  if (application !== APPLICATION_ID) {
    return {
      refused: 'store.corrupt',
      message: `${path} is a database of another program: choose another path.`,
    };
  }
  if (version > MIGRATIONS.length) {
    return newer(path, `its schema is version ${version}, this one knows ${MIGRATIONS.length}`);
  }
  const minWriter = Number(
    database.prepare("SELECT value FROM meta WHERE key = 'min_writer'").get()?.['value'],
  );
  return minWriter > WRITER_VERSION
    ? newer(path, `it wants writer ${minWriter}, this one is ${WRITER_VERSION}`)
    : undefined;
}

function newer(path: string, why: string): Refusal {
  return {
    refused: 'store.newer',
    message: `${path} was written by a newer Overseer (${why}): update Overseer to open it.`,
  };
}
