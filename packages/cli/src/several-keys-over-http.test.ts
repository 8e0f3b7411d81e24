import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { keyring } from '@overseer/adapters/credentials';
import {
  type MockService,
  type MockServiceOptions,
  startMockService,
} from '@overseer/adapters/mock-llm';
import { openaiCompatible } from '@overseer/adapters/openai-compatible';
import { createOverseer, type Overseer, type OverseerOptions, type Run } from '@overseer/core';
import { sqlite } from '@overseer/storage/sqlite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

type Scenario = NonNullable<MockServiceOptions['scenario']>;

/** What must be nowhere but in the headers of requests. */
const TOKENS = { work: 'canary-4711-of-work', home: 'canary-0815-of-home' } as const;

const tasks = (count: number) =>
  Array.from({ length: count }, (_, nth) => ({ instruction: `Do ${nth}.` }));

/** A service whose keys of these names are refused, as if they had been withdrawn. */
async function start(
  revoked: readonly (keyof typeof TOKENS)[],
  limit?: Scenario['models'][number]['limit'],
): Promise<MockService> {
  const service = await startMockService({
    scenario: {
      models: [{ id: 'm', ...(limit === undefined ? {} : { limit }) }],
      rules: [
        {
          name: 'revoked',
          when: ({ key }) => revoked.some((name) => TOKENS[name] === key),
          reply: ({ key }) => ({
            fault: { kind: 'status', status: 401, message: `Incorrect API key provided: ${key}` },
          }),
        },
      ],
    },
  });
  onTestFinished(() => service.close());
  return service;
}

function open(service: MockService, more: Partial<OverseerOptions> = {}): Promise<Overseer> {
  const model = openaiCompatible('m', { baseURL: `${service.url}/v1`, apiKey: keyring(TOKENS) });
  onTestFinished(() => model[Symbol.dispose]());
  return createOverseer({ overseer: 'm', models: { m: { model, concurrency: 1 } }, ...more });
}

/** The names of the keys that requests came with, in order. */
function used(service: MockService): string {
  const names = Object.entries(TOKENS);
  return service.requests
    .map(({ headers }) => {
      const token = String(headers.authorization).replace('Bearer ', '');
      return names.find(([, own]) => own === token)?.[0] ?? 'none';
    })
    .join(' ');
}

async function eventsOf(
  run: Run,
): Promise<readonly { readonly type: string; readonly data: unknown }[]> {
  const events = [];
  for await (const event of run) events.push(event);
  return events;
}

describe('two keys of one provider over HTTP', () => {
  it('M11 L1: one that is limited to a call has one, and the other does the rest', async () => {
    const service = await start([]);
    await using overseer = await open(service, {
      limits: [{ per: 'key', of: 'work', limits: ['1 calls / 1h'] }],
    });
    const result = await overseer.run({ tasks: tasks(4) }).result;
    expect(result.status).toBe('completed');
    expect(used(service)).toBe('work home home home');
    expect(overseer.limits()).toMatchObject([
      { limit: 'key work: 1 call / 1h', used: 1, capacity: 1 },
    ]);
  });

  it('M11 R10: one that was withdrawn is asked once, and nothing of it is in events, errors, readings or the journal', async () => {
    const service = await start(['work']);
    const folder = await mkdtemp(join(tmpdir(), 'keys-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'journal.db');
    const said: unknown[] = [];
    {
      await using overseer = await open(service, { store: sqlite(path) });
      const run = overseer.run({ tasks: tasks(4) });
      expect((await run.result).status).toBe('completed');
      expect(used(service)).toBe('work home home home home');
      const events = await eventsOf(run);
      expect(events.filter(({ type }) => type === 'key.changed')).toMatchObject([
        { model: 'm', data: { keyName: 'work', state: 'down' } },
      ]);
      expect(events.some(({ type }) => type === 'model.changed')).toBe(false);
      const alone = overseer.breakers().filter(({ state }) => state === 'open');
      expect(alone).toMatchObject([{ kind: 'key', keyName: 'work', models: ['m'], failures: 1 }]);
      said.push(events, overseer.breakers(), overseer.models(), overseer.limits());
      said.push(await overseer.failures(run.id), overseer.usage());
    }
    const files = await Promise.all(
      (await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1')),
    );
    const all = [
      inspect(said, { depth: 20, maxStringLength: null, maxArrayLength: null, showHidden: true }),
      ...files,
    ];
    for (const text of all) {
      for (const token of Object.values(TOKENS)) {
        for (let at = 0; at + 8 <= token.length - 'of-work'.length; at++) {
          expect(text.includes(token.slice(at, at + 8))).toBe(false);
        }
      }
    }
  });

  it('M11 R10: where both were withdrawn each is asked once, and the error says so', async () => {
    const service = await start(['work', 'home']);
    await using overseer = await open(service);
    const run = overseer.run({ tasks: tasks(1) });
    const result = await run.result;
    expect(result.status).toBe('failed');
    expect(used(service)).toBe('work home');
    const told = (await eventsOf(run)).filter(({ type }) => /^(key|model)\.changed$/.test(type));
    expect(told.filter(({ type }) => type === 'key.changed')).toMatchObject([
      { data: { keyName: 'work', state: 'down' } },
      { data: { keyName: 'home', state: 'down' } },
    ]);
    expect(told.filter(({ type }) => type === 'model.changed')).toMatchObject([
      { data: { work: 'error', scope: 'key' } },
    ]);
    expect(inspect([result, told], { depth: 20 })).not.toContain('canary');
  });

  it('L2 M11: headers teach the limits of the key that they came for, so that neither is ever refused', async () => {
    const service = await start([], { requests: 2, perMs: 60_000, perKey: true });
    await using overseer = await open(service);
    const run = overseer.run({ tasks: tasks(5) });
    await vi.waitFor(() => {
      expect(overseer.models()).toMatchObject([
        {
          work: {
            state: 'waiting',
            reason: expect.stringMatching(/the provider has 0 calls left, resets in \d+ s$/),
          },
        },
      ]);
    }, 10_000);
    expect(used(service)).toBe('work home work home');
    expect(service.counts()['m']).toMatchObject({ completed: 4, failed: {} });
    await run.cancel('seen');
  });

  it('L2 R2: what a key was told holds over a restart, for that key alone', async () => {
    const service = await start([], { requests: 1, perMs: 60_000, perKey: true });
    const folder = await mkdtemp(join(tmpdir(), 'keys-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const store = () => sqlite(join(folder, 'journal.db'));
    {
      await using overseer = await open(service, { store: store() });
      await overseer.run({ tasks: tasks(1) }).result;
    }
    await using overseer = await open(service, { store: store() });
    expect((await overseer.run({ tasks: tasks(1) }).result).status).toBe('completed');
    expect(used(service)).toBe('work home');
  });
});
