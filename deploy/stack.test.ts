import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, copyFileSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type MockRequest, startMockService } from '@overseer/adapters/mock-llm';
import { newMasterKey } from '@overseer/storage/at-rest';
import {
  type PostgresServer,
  postgresPrograms,
  startPostgres,
} from '@overseer/storage/postgres/throwaway-server';
import { describe, expect, it } from 'vitest';

const stack = join(import.meta.dirname, 'stack');

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(postgresPrograms() === undefined)(
  'the programs of the stack',
  { tags: ['slow'], timeout: 120_000 },
  () => {
    it('R12 M19: a run whose process is gone is worked by the node and its worker', async () => {
      await using server = await startPostgres();
      const task = { key: 'hello', title: 'Hello', instruction: 'Say hello.', kind: 'text' };
      const rest = { needs: [], files: [], role: null, priority: 'medium', checks: [] };
      const plan = JSON.stringify({ tasks: [{ ...task, ...rest }] });
      const rules = [
        { name: 'late', times: 1, reply: { text: plan, firstTokenMs: 600_000 } },
        { name: 'plan', times: 1, reply: { text: plan } },
        {
          name: 'review',
          when: ({ messages }: MockRequest) =>
            messages.some(({ text }) => /^# Task \S+\/review-/m.test(text)),
          reply: { text: '{"verdict":"pass","findings":[],"score":0.9}' },
        },
        { name: 'work', reply: { text: 'Hello.' } },
      ];
      await using service = await startMockService({
        scenario: { models: [{ id: 'mock' }], rules },
      });
      const env = {
        DATABASE_URL: server.url,
        OPENAI_API_BASE: `${service.url}/v1`,
        OVERSEER_MODELS: 'mock',
        OVERSEER_HEALTH_PORT: '0',
      };
      const node = start('node.ts', env);
      const worker = start('worker.ts', env);
      const { health } = await node.line('node');
      await worker.line('worker');
      const probe = start('check-health.ts', { ...env, OVERSEER_HEALTH_PORT: String(health) });
      expect(await probe.ended()).toBe(0);
      const goal = ['run', 'Say hello.', '--no-review', '--model', 'server:mock'];
      const run = start('command.ts', env, [...goal, '--base-url', env.OPENAI_API_BASE]);
      while (!service.requests.some(({ path }) => path.includes('chat'))) await sleep(50);
      run.kill('SIGKILL');
      await run.ended();
      for (;;) {
        const status = start('command.ts', env, ['status', '--json']);
        expect(await status.ended(), status.output()).toBe(0);
        if (status.output().includes('"status":"completed"')) break;
        expect(status.output()).not.toContain('"status":"failed"');
        await sleep(200);
      }
      for (const process of [node, worker]) {
        process.kill('SIGTERM');
        expect(await process.ended()).toBe(0);
        expect(process.output()).toContain('"kind":"closed"');
      }
    });

    it.skipIf(!hasOpenssl)(
      'X2 M19: with keys and TLS all that is kept is sealed and all connections are encrypted, and without keys nothing starts',
      async () => {
        await using server = await startPostgres();
        const ca = encryptConnections(server);
        await using service = await startMockService({
          scenario: {
            models: [{ id: 'mock' }],
            rules: [{ name: 'work', reply: { text: 'Hello.' } }],
          },
        });
        const bare = {
          DATABASE_URL: server.url,
          OPENAI_API_BASE: `${service.url}/v1`,
          OVERSEER_MODELS: 'mock',
          OVERSEER_HEALTH_PORT: '0',
          OVERSEER_DATABASE_CA: ca,
        };
        const env = { ...bare, OVERSEER_KEYS: newMasterKey('test') };
        const node = start('node.ts', env);
        const worker = start('worker.ts', env);
        await node.line('node');
        await worker.line('worker');
        const goal = ['run', 'Sesame opens.', '--no-review', '--model', 'server:mock'];
        const run = start('command.ts', env, [...goal, '--base-url', env.OPENAI_API_BASE]);
        while (!service.requests.some(({ path }) => path.includes('chat'))) await sleep(50);
        run.kill('SIGTERM');
        await run.ended();
        const seal = start('command.ts', env, ['seal']);
        const sealed = [await seal.ended(), seal.output()];
        const sessions = server.sql(
          "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name LIKE 'overseer %'",
        );
        expect(sessions).toBe('t');
        expect(
          server.sql(
            "SELECT count(*) FROM overseer.event WHERE position('Sesame'::bytea IN body) > 0",
          ),
        ).toBe('0');
        for (const process of [node, worker]) {
          process.kill('SIGTERM');
          expect(await process.ended()).toBe(0);
        }
        expect(sealed[0] === 0 || String(sealed[1]).includes('store.busy'), String(sealed[1])).toBe(
          true,
        );
        const keyless = start('node.ts', bare);
        expect(await keyless.ended()).toBe(1);
        expect(keyless.output()).toContain('store.key');
      },
    );

    it('R12: what is missing is named, and no value shown', async () => {
      const process = start('node.ts', { DATABASE_URL: 'mysql://u:sesame@h/d' });
      expect(await process.ended()).toBe(1);
      expect(process.output()).toContain('DATABASE_URL: is no postgres://… address');
      expect(process.output()).toContain('OVERSEER_MODELS');
      expect(process.output()).not.toContain('sesame');
    });
  },
);

/** Has a server take no connection from elsewhere without TLS; gives the file of its certificate. */
function encryptConnections({ folder, sql }: PostgresServer): string {
  const made = spawnSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', 'server.key', '-out', 'server.crt'],
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  expect(made.status, made.stderr).toBe(0);
  const { uid, gid } = statSync(folder);
  for (const name of ['server.key', 'server.crt']) chownSync(join(folder, name), uid, gid);
  sql('ALTER SYSTEM SET ssl = on');
  sql('SELECT pg_reload_conf()');
  const ca = join(mkdtempSync(join(tmpdir(), 'overseer-ca-')), 'ca.crt');
  copyFileSync(join(folder, 'server.crt'), ca);
  return ca;
}

interface Started {
  output(): string;
  line(kind: string): Promise<Record<string, unknown>>;
  ended(): Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

function start(
  file: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Started {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--conditions=@overseer/source', join(stack, file), ...args],
    {
      cwd: tmpdir(),
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  const exit = once(child, 'close');
  return {
    output: () => text,
    ended: async () => (await exit)[0],
    kill: (signal) => child.kill(signal),
    line: async (kind) => {
      for (;;) {
        const line = text.split('\n').find((one) => one.includes(`"kind":"${kind}"`));
        if (line !== undefined) return JSON.parse(line);
        if (child.exitCode !== null) throw new Error(`It ended: ${text}`);
        await sleep(50);
      }
    },
  };
}
