import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { currentHolder } from '@overseer/core/plugin';
import { afterAll, describe, expect, it } from 'vitest';
import { examineSqlite } from './examine-sqlite.ts';
import { testKeys } from './keys.fixture.ts';
import { sqlite } from './sqlite.ts';
import { verifyFile } from './upkeep/verify-file.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/1.sqlite');
const folder = mkdtempSync(join(tmpdir(), 'overseer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const opened = (path: string) => sqlite(path, { readOnly: true })();

describe('sqlite that is only read', () => {
  it('R12 Q6: reads a file, and writes nothing', async () => {
    const path = join(folder, 'one.db');
    await (await sqlite(path)()).close();
    const store = await opened(path);
    expect(await store.events.streams()).toEqual([]);
    const refused = { code: 'store.read-only' };
    await expect(store.events.append(1, [])).rejects.toMatchObject(refused);
    await expect(store.leases.acquire('x', currentHolder('x'))).rejects.toMatchObject(refused);
    await store.close();
  });

  it.skipIf(process.getuid?.() === 0)(
    'R12: reads a file where nothing may be written',
    async () => {
      const place = join(folder, 'closed');
      mkdirSync(place);
      const path = join(place, 'one.db');
      await (await sqlite(path)()).close();
      chmodSync(path, 0o400);
      chmodSync(place, 0o500);
      try {
        const store = await opened(path);
        expect(await store.events.streams()).toEqual([]);
        await store.close();
        expect(await verifyFile(path)).toMatchObject({ isSound: true });
        expect(examineSqlite(path)).toContainEqual(
          expect.objectContaining({ name: 'integrity', state: 'good' }),
        );
      } finally {
        chmodSync(place, 0o700);
      }
    },
  );

  it('X2 R12: reads what is sealed, and makes no key for what is not there', async () => {
    const path = join(folder, 'sealed.db');
    const encryption = { keys: testKeys() };
    await (await sqlite(path, { encryption })()).close();
    const store = await sqlite(path, { encryption, readOnly: true })();
    expect(await store.blobs.get('00'.repeat(32))).toBeUndefined();
    await store.close();
    using database = new DatabaseSync(path, { readOnly: true });
    expect(database.prepare('SELECT count(*) AS n FROM data_key').get()).toMatchObject({ n: 0 });
  });

  it('R12 Q6: makes no file, and leaves an older one as it is', async () => {
    const none = { code: 'store.unreachable', message: expect.stringContaining('no journal') };
    const absent = join(folder, 'absent.db');
    await expect(opened(absent)).rejects.toMatchObject(none);
    expect(existsSync(absent)).toBe(false);
    const path = join(folder, 'old.db');
    copyFileSync(GOLDEN, path);
    const older = { code: 'store.read-only', message: expect.stringContaining('version 1') };
    await expect(opened(path)).rejects.toMatchObject(older);
    expect(readFileSync(path).equals(readFileSync(GOLDEN))).toBe(true);
    expect(existsSync(`${path}.v1.bak`)).toBe(false);
  });

  it.each(['2', '3'])(
    'R12 Q6: reads one of version %s, and leaves it as it is',
    async (version) => {
      const golden = join(import.meta.dirname, `../../golden/${version}.sqlite`);
      const path = join(folder, `version ${version}.db`);
      copyFileSync(golden, path);
      const query = { stream: 'project/default', after: 0, limit: 10_000 };
      const older = await opened(path);
      const read = await older.events.read(query);
      await older.close();
      expect(readFileSync(path).equals(readFileSync(golden))).toBe(true);
      const present = await sqlite(path)();
      expect(read.length).toBeGreaterThan(80);
      expect(await present.events.read(query)).toEqual(read);
      await present.close();
    },
  );
});
