import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

/** Wraps a driver; `before` may put itself before a statement's `run`. */
const WRAPPER = `
import { existsSync } from 'node:fs';
export function openDatabase(path) {
  const database = openBase(path);
  opened(database);
  return {
    exec: (sql) => executed(sql) && database.exec(sql),
    close: () => database.close(),
    prepareQuery: (sql) => database.prepareQuery(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        run: (...values) => { before(sql, path); return statement.run(...values); },
        get: (...values) => statement.get(...values),
        all: (...values) => statement.all(...values),
      };
    },
  };
}
`;

/** A disk on which a file has room for 60 pages. */
export const LITTLE_ROOM = `
const opened = (database) => database.exec('PRAGMA page_size = 8192; PRAGMA max_page_count = 60');
const executed = () => true;
const before = () => undefined;`;

/** A disk on which commits fail as long as there is a file of the same name that ends in `.fail`. */
export const FAILING_COMMIT = `
const opened = () => undefined;
const executed = () => true;
const before = (sql, path) => {
  if (sql === 'COMMIT' && existsSync(path + '.fail')) {
    throw Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 1034 });
  }
};`;

/** A thread that ends in the middle of a transaction, once, where there is a file of the same name that ends in `.die`. */
export const MORTAL = `
import { rmSync } from 'node:fs';
const opened = () => undefined;
const executed = () => true;
const before = (sql, path) => {
  if (sql !== 'COMMIT' || !existsSync(path + '.die')) return;
  rmSync(path + '.die');
  process.exit(1);
};`;

/** A driver that does not let every commit be synced. */
export const CARELESS = `
const opened = (database) => database.exec('PRAGMA synchronous = NORMAL');
const executed = (sql) => !sql.includes('synchronous');
const before = () => undefined;`;

const NODE_DRIVER = new URL('./node-driver.ts', import.meta.url).href;

/** Writes a driver with these faults to a file; `base` is the address of the driver that it wraps. */
export async function driver(
  path: string,
  parts: string,
  base: string = NODE_DRIVER,
): Promise<URL> {
  await writeFile(path, `import { openDatabase as openBase } from '${base}';${WRAPPER}${parts}`);
  return pathToFileURL(path);
}
