import { afterAll, beforeAll, describe, it } from 'vitest';
import { keepLimitsTogether } from '../../sqlite/reservations/four-processes.fixture.ts';
import { temporaryFolder } from '../../sqlite/temporary-folder.fixture.ts';
import { postgresPrograms } from '../postgres-server.fixture.ts';
import { testDatabase } from '../postgres-tests.fixture.ts';

const { newPath } = temporaryFolder(afterAll);

describe.skipIf(postgresPrograms() === undefined)(
  'four processes that share limits in PostgreSQL',
  () => {
    const database = testDatabase(beforeAll, afterAll);

    it('L4: never exceed them together, as the server counts, over a kill -9, and do all work', {
      tags: ['slow'],
      timeout: 120_000,
    }, async () => {
      const place = {
        imports: "import { postgresReservations } from '@overseer/storage/postgres';",
        opening: 'postgresReservations(shared)',
        shared: database.server.url,
      };
      await keepLimitsTogether(place, newPath);
    });
  },
);
