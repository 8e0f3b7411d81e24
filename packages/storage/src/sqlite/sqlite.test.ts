import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateStoreConformance } from '@overseer/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqlite } from './sqlite.ts';

let folder: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overseer-'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('sqlite', () => {
  it.each(
    stateStoreConformance({
      open: () => sqlite(join(folder, `${count++}.db`))(),
      reopen: (store) => sqlite(store.name)(),
    }),
  )('$name', ({ check }) => check());

  it('R5: says that it is durable', async () => {
    const store = await sqlite(join(folder, 'capable.db'))();
    expect(store.capabilities).toEqual({ durable: true, shared: false });
    await store.close();
  });
});
