import type { SqliteOptions } from './sqlite.ts';

/** A driver that must keep every rule and survive every fault. */
export interface TestedDriver {
  readonly driverName: string;
  /** The address of its module. */
  readonly module: string;
  /** How a store is opened with it. */
  readonly options: SqliteOptions;
}

const BETTER = import.meta.resolve('@overseer/storage/better-sqlite3');

/** The drivers that come with the store. */
export const drivers: readonly TestedDriver[] = [
  {
    driverName: 'node:sqlite',
    module: new URL('./node-driver.ts', import.meta.url).href,
    options: {},
  },
  { driverName: 'better-sqlite3', module: BETTER, options: { driver: new URL(BETTER) } },
];
