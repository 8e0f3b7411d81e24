import { reservationsConformance } from '@overseer/core/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { settle } from '../postgres-options.ts';
import { postgresPrograms } from '../postgres-server.fixture.ts';
import { testDatabase } from '../postgres-tests.fixture.ts';
import { openReservations } from './postgres-reservations.ts';

describe.skipIf(postgresPrograms() === undefined)('postgresReservations', () => {
  const database = testDatabase(beforeAll, afterAll);
  const rules = reservationsConformance({
    // The rules hold the clock in their hand; all else is as it is by the server's clock.
    place: () => {
      const schema = database.newSchema();
      return () => openReservations(settle({ connection: database.server.url, schema }), 'asker')();
    },
  });
  it.each(rules)('$name', { timeout: 60_000 }, ({ check }) => check());
});
