import { describe, expect, it } from 'vitest';
import { explainFailure } from './explain-failure.ts';

describe('explainFailure', () => {
  it.each([
    [{ errcode: 13 }, 'store.full'],
    [{ code: 'SQLITE_FULL' }, 'store.full'],
    [{ code: 'ENOSPC' }, 'store.full'],
    [{ errcode: 11 | (2 << 8) }, 'store.corrupt'],
    [{ errcode: 26 }, 'store.corrupt'],
    [{ code: 'SQLITE_CORRUPT_INDEX' }, 'store.corrupt'],
    [{ errcode: 8 | (3 << 8) }, 'store.read-only'],
    [{ errcode: 10 | (19 << 8) }, 'store.full'],
    [{ code: 'SQLITE_IOERR_SHMSIZE' }, 'store.full'],
    [{ code: 'EROFS' }, 'store.read-only'],
    [{ code: 'SQLITE_BUSY_SNAPSHOT' }, 'store.busy'],
    [{ errcode: 14 }, 'store.unreachable'],
    [{ code: 'ENOTDIR' }, 'store.unreachable'],
    [{ errcode: 1_034 }, 'store.failed'],
    [{ code: 'SQLITE_IOERR_FSYNC' }, 'store.failed'],
    [{}, 'store.failed'],
  ])('M18: %o is %s, names the file and says what to do', (properties, code) => {
    const refusal = explainFailure(Object.assign(new Error('it said so'), properties), '/a/b.db');
    expect(refusal.refused).toBe(code);
    expect(refusal.message).toMatch(/\/a\/b\.db.*: .* \(it said so\)\.$/);
  });

  it('M18: what is no error at all is a failure too', () => {
    expect(explainFailure('thrown', '/a/b.db')).toMatchObject({
      refused: 'store.failed',
      cause: 'thrown',
    });
  });
});
