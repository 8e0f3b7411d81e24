import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, testDatabase } from './postgres-tests.fixture.ts';
import { postgresPrograms } from './throwaway-server.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(postgresPrograms() === undefined || !hasOpenssl)(
  'a database on another host',
  () => {
    const database = testDatabase(beforeAll, afterAll);
    const folder = mkdtempSync(join(tmpdir(), 'overseer-tls-'));
    afterAll(() => rmSync(folder, { recursive: true }));

    it('X2: is spoken to by TLS with the certificates that the options trust, and with no other', async () => {
      const [own, other] = [certificate('own'), certificate('other')];
      const { server } = database;
      install(server.folder, 'server.crt', own.certificate);
      install(server.folder, 'server.key', own.key);
      server.sql("ALTER SYSTEM SET ssl = 'on'");
      server.sql('SELECT pg_reload_conf()');
      while (server.sql('SHOW ssl') !== 'on')
        await new Promise((resolve) => setTimeout(resolve, 50));

      const place = { connection: server.url, schema: database.newSchema(), patienceMs: 0 };
      await using store = await openStore({ ...place, tls: { ca: own.certificate } });
      expect(await store.events.head('system')).toBe(0);
      expect(encryptedSessions()).toMatch(/^t+$/);
      await expect(openStore({ ...place, tls: { ca: other.certificate } })).rejects.toThrow(
        /self.signed certificate/,
      );
    });

    /** A letter for each session of Overseer: `t` where it is encrypted. */
    function encryptedSessions(): string {
      return database.server
        .sql(
          `SELECT string_agg(ssl::text, '') FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
          WHERE application_name LIKE 'overseer%'`,
        )
        .replaceAll('rue', '')
        .replaceAll('alse', '');
    }

    function certificate(name: string): { readonly certificate: string; readonly key: string } {
      const [crt, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
      const subject = [
        '-subj',
        '/CN=127.0.0.1',
        '-addext',
        'subjectAltName=IP:127.0.0.1,DNS:localhost',
      ];
      const made = ['-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', crt];
      execFileSync('openssl', ['req', '-x509', ...made, ...subject], { stdio: 'ignore' });
      return { certificate: readFileSync(crt, 'utf8'), key: readFileSync(key, 'utf8') };
    }
  },
);

/** Puts a file where the server, which may run as another user, reads it and nobody else. */
function install(folder: string, name: string, text: string): void {
  const path = join(folder, name);
  const { uid, gid } = statSync(folder);
  writeFileSync(path, text);
  chmodSync(path, 0o600);
  chownSync(path, uid, gid);
}
