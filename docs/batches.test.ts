import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anthropicBatch } from '@overseer/adapters/anthropic';
import { type MockService, startMockService } from '@overseer/adapters/mock-llm';
import { openaiBatch } from '@overseer/adapters/openai';
import { createOverseer, type Overseer } from '@overseer/core';
import type { Model } from '@overseer/core/spec';
import { sqlite } from '@overseer/storage/sqlite';
import { afterEach, describe, expect, it, vi } from 'vitest';

let service: MockService | undefined;
let folder: string | undefined;
afterEach(async () => {
  await service?.close();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

const FAST = { apiKey: 'k', collectMs: 30, pollMs: 15, price: { input: 10, output: 40 } };
const ways: readonly (readonly [string, (url: string) => Model])[] = [
  ['openai', (url) => openaiBatch('m', { ...FAST, baseURL: `${url}/v1` })],
  ['anthropic', (url) => anthropicBatch('m', { ...FAST, baseURL: url })],
];

async function start(takesMs = 0): Promise<string> {
  const scenario = { models: [{ id: 'm' }], rules: [], batches: { takesMs } };
  service = await startMockService({ scenario });
  return service.url;
}

function batches(): number {
  return (service?.requests ?? []).filter(
    ({ method, path }) => method === 'POST' && /^\/v1\/(messages\/)?batches$/.test(path),
  ).length;
}

describe.each(ways)('a team with a batch model of %s', (_, create) => {
  it('M13 L8: sends what may go at once as one batch, more than four of them, and pays half', async () => {
    const url = await start();
    await using overseer = await createOverseer({
      overseer: 'm',
      models: { m: { model: create(url) } },
    });
    const tasks = Array.from({ length: 12 }, (_, n) => ({ instruction: `Do ${n}.` }));
    const { status, usage, cost = 0 } = await overseer.run({ tasks }).result;
    expect(status).toBe('completed');
    expect(batches()).toBe(1);
    const list = (usage.inputTokens * 10 + usage.outputTokens * 40) / 1e6;
    expect(cost).toBeCloseTo(list / 2, 4);
  });

  it('M13 R1 R2: finds its batch after a restart, and pays once', async () => {
    const url = await start(400);
    folder = await mkdtemp(join(tmpdir(), 'batches-'));
    const path = join(folder, 'a.db');
    const open = (): Promise<Overseer> =>
      createOverseer({
        overseer: 'm',
        models: { m: { model: create(url) } },
        store: sqlite(path),
        graceMs: 1,
      });
    const first = await open();
    const run = first.run({ tasks: [{ instruction: 'Do it.' }] });
    run.result.catch(() => undefined);
    await vi.waitFor(() => expect(batches()).toBe(1), { timeout: 5_000 });
    await first.close();
    await using second = await open();
    const again = second.open(run.id);
    again.resume();
    const { status, usage } = await again.result;
    expect(status).toBe('completed');
    expect(batches()).toBe(1);
    expect(service?.counts()['m']).toMatchObject({ requests: 1, completed: 1 });
    expect(usage.uncertainCalls).toBe(0);
    expect(service?.requests.filter((one) => one.path.endsWith('/cancel'))).toEqual([]);
  });
});
