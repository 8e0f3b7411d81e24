import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redact } from './addresses.ts';
import { examinePostgres } from './examine-postgres.ts';
import { postgres } from './postgres.ts';
import { nameOf, settle } from './postgres-options.ts';
import { eventAt, openOwned, testDatabase } from './postgres-tests.fixture.ts';
import { postgresPrograms } from './throwaway-server.ts';
import { verifyPostgres } from './verify-postgres.ts';

describe('a schema in an address', () => {
  it('R7 A6: says where the journal is, and is kept from the driver', () => {
    const one = settle('postgres://u@localhost/d?sslmode=disable&overseer_schema=team_a');
    expect(one).toMatchObject({
      addresses: ['postgres://u@localhost/d?sslmode=disable'],
      schema: 'team_a',
    });
    expect(nameOf(one)).toBe('postgres://u@localhost/d (schema team_a)');
    const two = settle('postgres://localhost,127.0.0.1/d?overseer_schema=team_a#x');
    expect(two.addresses).toEqual(['postgres://localhost/d#x', 'postgres://127.0.0.1/d#x']);
    expect(settle('postgres://localhost/d').schema).toBe('overseer');
    const same = { connection: 'postgres://localhost/d?overseer_schema=a', schema: 'a' };
    expect(settle(same).schema).toBe('a');
  });

  it('X5: is refused where two are named, or the name is none', () => {
    const both = { connection: 'postgres://localhost/d?overseer_schema=a', schema: 'b' };
    expect(() => settle(both)).toThrow(/Two schemas are named, "b" and "a"/);
    const connection = ['postgres://localhost/d?overseer_schema=a', 'postgres://[::1]/d'];
    expect(settle({ connection }).schema).toBe('a');
    const apart = connection.map((address, at) =>
      at === 0 ? address : `${address}?overseer_schema=c`,
    );
    expect(() => settle({ connection: apart })).toThrow(/Two schemas are named, "a" and "c"/);
    for (const name of ['', 'Team', 'pg_x', 'a"b', 'a%20b']) {
      expect(() => settle(`postgres://localhost/d?overseer_schema=${name}`)).toThrow(/schema is "/);
    }
  });

  it('X5 A6: is shown to people, so that what they are told to say leads there', () => {
    const address = 'postgres://u:secret@h/d?password=x&overseer_schema=team_a';
    expect(redact(address)).toBe('postgres://u@h/d?overseer_schema=team_a');
    expect(redact('postgres://u@h/d?overseer_schema=a%0ab')).toBe('postgres://u@h/d');
  });
});

describe.skipIf(postgresPrograms() === undefined)('the schema of an address', () => {
  const database = testDatabase(beforeAll, afterAll, { fsync: false });

  it('R7 A6: is the same to all who are given the address; one without it is told of', {
    timeout: 60_000,
  }, async () => {
    const connection = database.server.url;
    const address = `${connection}${connection.includes('?') ? '&' : '?'}overseer_schema=team_a`;
    await using owned = await openOwned({ connection: address });
    await owned.store.events.append(owned.epoch, [eventAt(1)]);
    await using other = await openOwned({ connection, schema: 'team_b' });
    await other.store.events.append(other.epoch, [eventAt(1)]);
    expect((await verifyPostgres(address)).streams).toHaveLength(1);
    const findings = await examinePostgres(address);
    expect(findings.find(({ name }) => name === 'schema')?.found).toMatch(
      /^schema team_a is version/,
    );
    const message = expect.stringMatching(
      /There is no journal in .*; there are some in the schemas team_a, team_b: add \?overseer_schema=NAME to the address\.$/,
    );
    const none = { code: 'store.unreachable', message };
    await expect(verifyPostgres(connection)).rejects.toMatchObject(none);
    await expect(postgres({ connection, readOnly: true })()).rejects.toMatchObject(none);
    const schemas = database.server.sql(
      "SELECT count(*) FROM pg_namespace WHERE nspname = 'overseer'",
    );
    expect(schemas).toBe('0');
  });
});
