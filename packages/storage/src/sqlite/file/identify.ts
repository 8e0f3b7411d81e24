import type { SqliteDatabase } from '../driver.ts';
import type { Refusal } from '../protocol.ts';
import { type FileFormat, JOURNAL } from './file-format.ts';
import { readPragma } from './pragma.ts';

/** Whether this code may write the file: `undefined` when it is new, or of the format and known to this code. */
export function identify(
  database: SqliteDatabase,
  path: string,
  { applicationId, migrations, writerVersion }: FileFormat = JOURNAL,
): Refusal | undefined {
  // Looked at before the file's marks: with tables they are there too, whoever makes a journal of it meanwhile.
  const tables = Number(
    database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count'],
  );
  const application = readPragma(database, 'application_id');
  const version = Number(readPragma(database, 'user_version'));
  if (application === 0 && tables === 0) return undefined;
  if (application !== applicationId) {
    return {
      refused: 'store.corrupt',
      message: `${path} is a database of another program or for another use: choose another path, or, if it was a journal, run "overseer verify".`,
    };
  }
  if (version > migrations.length) {
    return newer(path, `its schema is version ${version}, this one knows ${migrations.length}`);
  }
  const minWriter = Number(
    database.prepare("SELECT value FROM meta WHERE key = 'min_writer'").get()?.['value'],
  );
  return minWriter > writerVersion
    ? newer(path, `it wants writer ${minWriter}, this one is ${writerVersion}`)
    : undefined;
}

function newer(path: string, why: string): Refusal {
  return {
    refused: 'store.newer',
    message: `${path} was written by a newer Overseer (${why}): update Overseer to open it, or, if no newer one was ever here, run "overseer verify".`,
  };
}
