import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../node-driver.ts';
import { isRefusal } from '../protocol.ts';
import { temporaryFolder } from '../temporary-folder.fixture.ts';
import { World } from './compaction.fixture.ts';
import { openFile } from './open-file.ts';

const { newPath } = temporaryFolder(afterAll);

describe('a journal file', () => {
  it('X2: empties its log after an erasure once the reader is gone that stood in the way', async () => {
    const world = new World(newPath, true);
    world.append('run 1', 'to be erased');
    const reader = new DatabaseSync(world.path);
    reader.exec('BEGIN; SELECT count(*) FROM event');
    world.erase('run 1');
    const log = `${world.path}-wal`;
    expect(statSync(log).size).toBeGreaterThan(0);
    world.step();
    expect(statSync(log).size).toBeGreaterThan(0);
    reader.close();
    world.step();
    expect(statSync(log).size).toBe(0);
    world.check();
    await world.close();
  });

  it('R5: goes on where another process is in the way of its housekeeping', () => {
    let refused = 0;
    const path = newPath();
    const file = openFile({
      path,
      busyTimeoutMs: 10,
      keys: undefined,
      openDatabase: (name) => {
        const database = openDatabase(name);
        return {
          prepare: (sql) => database.prepare(sql),
          prepareQuery: (sql) => database.prepareQuery(sql),
          close: () => database.close(),
          exec: (sql) => {
            if (!sql.includes('wal_checkpoint(PASSIVE)')) return database.exec(sql);
            refused++;
            throw Object.assign(new Error('database is locked'), { errcode: 5 });
          },
        };
      },
    });
    if (isRefusal(file)) throw new Error(file.message);
    file.write([{ kind: 'blob', bytes: Buffer.alloc(10 * 1_048_576, 'x') }]);
    file.checkpointIfDue();
    expect(refused).toBe(1);
    expect(file.write([{ kind: 'blob', bytes: Buffer.from('more') }]).some(isRefusal)).toBe(false);
    file.close([]);
  });
});
