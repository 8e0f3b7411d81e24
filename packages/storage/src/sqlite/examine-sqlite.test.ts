import { mkdirSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { examineSqlite } from './examine-sqlite.ts';
import { sqlite } from './sqlite.ts';
import { temporaryFolder } from './temporary-folder.fixture.ts';

const { newPath } = temporaryFolder(afterAll);

describe('an examination of a file', () => {
  it('A6 R5: says of an empty file, a folder and nothing at all what they are', () => {
    const empty = newPath();
    writeFileSync(empty, '');
    const database = newPath();
    new DatabaseSync(database).exec('VACUUM');
    for (const path of [empty, database]) {
      expect(examineSqlite(path)).toEqual([
        {
          name: 'file',
          state: 'bad',
          found: `${path} is empty: there is no journal in it`,
          advice: 'Name the path of the journal; a run makes one in an empty file.',
        },
      ]);
    }
    const folder = newPath('folder');
    mkdirSync(folder);
    expect(examineSqlite(folder)).toEqual([
      {
        name: 'file',
        state: 'bad',
        found: `${folder} is a folder`,
        advice: 'Name the file in it that is the journal.',
      },
    ]);
    const [nothing] = examineSqlite(newPath());
    expect(nothing).toMatchObject({ name: 'file', state: 'bad' });
    expect(nothing?.found).toContain('cannot be opened');
  });

  it('A6 R5: of one whose pages are all in its log finds the journal', async () => {
    const path = newPath();
    const store = await sqlite(path)();
    const found = examineSqlite(path).map(({ name, state }) => [name, state]);
    expect(Object.fromEntries(found)).toMatchObject({
      file: 'good',
      schema: 'good',
      lease: 'good',
    });
    await store.close();
  });
});
