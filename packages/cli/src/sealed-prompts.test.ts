import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOverseer } from '@overseer/core';
import { fakeModel } from '@overseer/core/testing';
import { sqlite } from '@overseer/storage/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CANARY = 'canary-7f3a';
const KEYS = { current: 'first', keys: { first: Buffer.alloc(32, 7) } };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overseer-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a sealed journal', () => {
  it.each([
    ['sealed', { encryption: { keys: KEYS } }, false],
    ['in the clear', {}, true],
  ])(
    'X2: has no prompt, answer or best practice in any byte of its files where it is sealed: %s',
    async (name, options, shows) => {
      const place = join(folder, name.replaceAll(' ', '-'));
      const store = sqlite(join(place, 'journal.db'), options);
      const model = fakeModel({ reply: () => ({ text: `${CANARY} answer` }) });
      const team = { overseer: 'one', models: { one: { model } }, store } as const;
      for (const round of [1, 2]) {
        await using overseer = await createOverseer(team);
        const note = `${CANARY} works well`;
        await overseer.notePractice({ model: 'one', kind: 'write', note }, 'mia');
        const tasks = [{ instruction: `${CANARY} prompt ${round}`, kind: 'write' }] as const;
        await overseer.run({ tasks, context: `${CANARY} context` }).result;
        expect(JSON.stringify(model.requests)).toContain(note);
      }
      const files = await readdir(place);
      const found = await Promise.all(files.map((file) => readFile(join(place, file))));
      expect(found.some((bytes) => bytes.includes(CANARY))).toBe(shows);
    },
  );
});
