import { afterAll, describe, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.fixture.ts';
import { keepLimitsTogether } from './four-processes.fixture.ts';

const { newPath } = temporaryFolder(afterAll);

describe('four processes that share limits', () => {
  it('L4: never exceed them together, as the server counts, over a kill -9, and do all work', {
    tags: ['slow'],
    timeout: 120_000,
  }, async () => {
    const place = {
      imports: "import { sqliteReservations } from '@overseer/storage/sqlite';",
      opening: 'sqliteReservations(shared)',
      shared: newPath(),
    };
    await keepLimitsTogether(place, newPath);
  });
});
