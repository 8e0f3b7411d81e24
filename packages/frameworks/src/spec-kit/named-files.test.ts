import { describe, expect, it } from 'vitest';
import { namedFiles } from './named-files.ts';

describe('namedFiles', () => {
  it.each([
    ['Write `src/a.ts` and test/b.test.ts', ['src/a.ts', 'test/b.test.ts']],
    [
      'Edit `package.json`, `Dockerfile` and `.gitignore`',
      ['package.json', 'Dockerfile', '.gitignore'],
    ],
    ['Create `src/models` and `docs/`', ['src/models/', 'docs/']],
    ['Models in `src/models/*.py` or src/models/[entity].py', ['src/models/']],
    ['In ./src/a.ts, again src/a.ts', ['src/a.ts']],
    ['See (src/a.ts).', ['src/a.ts']],
    ['Call `np.array`, `self.apply()`, `app.use`', []],
    ['Run `npm test -- test/a.test.ts`', []],
    ['GET `/api/users` as `application/json` on https://example.com/a/b.html', []],
    ['Read ../other/a.ts, `~/a.ts` and `../../etc/passwd.txt`', []],
    ['and/or, 1/2, true/false', []],
  ])('A1: %s', (text, paths) => {
    expect(namedFiles(text).map(({ path }) => path)).toEqual(paths);
  });
});
