import { describe, expect, it } from 'vitest';
import { Connection } from './connection.ts';
import { putMail } from './mail.ts';
import type { PgClient } from './pg-client.ts';

const AT_REST = { name: 'p', ring: undefined, compression: 'none' } as const;

describe('mail in PostgreSQL', () => {
  it('R7: a message that was in doubt waits for the standby again, for it may be there and not at the standby', async () => {
    const asked: string[] = [];
    const connection = new Connection(clientThatHears(asked), 1_000);
    const mail = { id: 'm1', kind: 'note', body: {} };
    await putMail(connection, AT_REST, 'system', mail, 0);
    expect(asked).toEqual([expect.stringContaining('INSERT INTO mail')]);
    await putMail(connection, AT_REST, 'system', mail, 1);
    expect(asked.slice(1)).toEqual([
      expect.stringContaining('INSERT INTO mail'),
      expect.stringContaining('pg_logical_emit_message(true,'),
    ]);
  });
});

function clientThatHears(asked: string[]): PgClient {
  return {
    connect: async () => undefined,
    query: async (statement) => {
      asked.push(typeof statement === 'string' ? statement : statement.text);
      return { rows: [], rowCount: 1 };
    },
    end: async () => undefined,
    on: () => undefined,
    ref: () => undefined,
    unref: () => undefined,
    processID: 1,
    connection: { stream: { destroy: () => undefined } },
  };
}
