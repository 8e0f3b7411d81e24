import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventAt, openOwned, testDatabase } from './postgres-tests.fixture.ts';
import { postgresPrograms } from './throwaway-server.ts';

describe.skipIf(postgresPrograms() === undefined)('postgres, when a write fails', () => {
  const database = testDatabase(beforeAll, afterAll);

  it('R1: on a full disk it says so, writes nothing of the append, and goes on once there is room', async () => {
    const { server } = database;
    const schema = database.newSchema();
    await using owned = await openOwned({ connection: server.url, schema });
    const { store, epoch } = owned;
    await store.events.append(epoch, [eventAt(1)]);
    // As PostgreSQL refuses when a file cannot grow.
    server.sql(`
      CREATE FUNCTION ${schema}.no_room() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
      CREATE TRIGGER no_room_left BEFORE INSERT ON ${schema}.event FOR EACH ROW EXECUTE FUNCTION ${schema}.no_room()`);
    const outcomes = await Promise.allSettled([
      store.events.append(epoch, [eventAt(2), eventAt(3)]),
      store.blobs.put(new Uint8Array([1])),
    ]);
    expect(outcomes).toMatchObject([
      { reason: { code: 'store.full' } },
      { reason: { code: 'store.full' } },
    ]);
    expect(await store.events.head('system')).toBe(1);
    server.sql(`DROP TRIGGER no_room_left ON ${schema}.event`);
    await store.events.append(epoch, [eventAt(2), eventAt(3)]);
    expect(await store.events.head('system')).toBe(3);
  });
});
