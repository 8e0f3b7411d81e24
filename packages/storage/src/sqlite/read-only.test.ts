import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { currentHolder } from '@overseer/core/plugin';
import { afterAll, describe, expect, it } from 'vitest';
import { sqlite } from './sqlite.ts';

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
});
