import { Anthropic } from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import { type MockService, startMockService } from '../service.ts';
import type { MockBatches } from './batch-shelf.ts';

const services: MockService[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.close();
});

const messages = [{ role: 'user' as const, content: 'What is new?' }];

describe('batches through the official SDK of OpenAI', () => {
  it('M17 M13: take a file of requests, and tell what became of each, errors apart', async () => {
    const client = openaiOf(await start());
    const batch = await begin(client, ['a', 'b'], ['m', 'err-400']);
    expect(batch).toMatchObject({ object: 'batch', status: 'in_progress', metadata: { of: 'us' } });
    const over = await client.batches.retrieve(batch.id);
    expect(over).toMatchObject({
      status: 'completed',
      request_counts: { total: 2, completed: 1, failed: 1 },
    });
    const [good] = await lines(client, over.output_file_id);
    expect(good).toMatchObject({
      custom_id: 'a',
      response: { status_code: 200, body: { object: 'chat.completion', model: 'm' } },
      error: null,
    });
    const [bad] = await lines(client, over.error_file_id);
    expect(bad).toMatchObject({ custom_id: 'b', response: { status_code: 400 } });
  });

  it('M17 M13: are listed by pages, the newest first, cancelled, expired and refused', async () => {
    const client = openaiOf(await start({ takesMs: 60_000 }));
    const first = await begin(client, ['a']);
    const second = await begin(client, ['a']);
    const listed: string[] = [];
    for await (const { id } of client.batches.list({ limit: 1 })) listed.push(id);
    expect(listed).toEqual([second.id, first.id]);
    expect(await client.batches.cancel(first.id)).toMatchObject({ status: 'cancelled' });
    const expiring = openaiOf(await start({ answers: 1 }));
    const { id } = await begin(expiring, ['a', 'b']);
    const expired = await expiring.batches.retrieve(id);
    expect(expired).toMatchObject({ status: 'expired', request_counts: { completed: 1 } });
    expect(await lines(expiring, expired.error_file_id)).toMatchObject([
      { custom_id: 'b', response: null, error: { code: 'batch_expired' } },
    ]);
    const refusing = openaiOf(await start({ refusal: 'no' }));
    const refused = await begin(refusing, ['a']);
    expect(await refusing.batches.retrieve(refused.id)).toMatchObject({
      status: 'failed',
      errors: { data: [{ message: 'no' }] },
    });
    await expect(client.batches.retrieve('batch_none')).rejects.toMatchObject({ status: 404 });
    await expect(begin(client, ['a', 'a'])).rejects.toMatchObject({ status: 400 });
  });
});

describe('message batches through the official SDK of Anthropic', () => {
  it('M17 M13: tell what became of each request once they are over', async () => {
    const client = anthropicOf(await start({ takesMs: 40, answers: 2 }));
    const batch = await client.messages.batches.create({
      requests: ['m', 'err-529', 'm'].map((model, index) => ({
        custom_id: `r-${index}`,
        params: { model, max_tokens: 100, messages },
      })),
    });
    expect(batch).toMatchObject({
      processing_status: 'in_progress',
      request_counts: { processing: 3 },
      results_url: null,
    });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await client.messages.batches.retrieve(batch.id)).toMatchObject({
      processing_status: 'ended',
      request_counts: { succeeded: 1, errored: 1, expired: 1 },
    });
    const results = new Map<string, object>();
    for await (const { custom_id, result } of await client.messages.batches.results(batch.id))
      results.set(custom_id, result);
    expect(results.get('r-0')).toMatchObject({
      type: 'succeeded',
      message: { content: [{ text: 'Hello from mock.' }] },
    });
    expect(results.get('r-1')).toMatchObject({
      type: 'errored',
      error: { type: 'error', error: { type: 'overloaded_error' } },
    });
    expect(results.get('r-2')).toEqual({ type: 'expired' });
  });

  it('M17 M13: are listed by pages, cancelled, and refused in the words of the provider', async () => {
    const client = anthropicOf(await start({ takesMs: 60_000 }));
    const create = (custom_id: string) =>
      client.messages.batches.create({
        requests: [{ custom_id, params: { model: 'm', max_tokens: 9, messages } }],
      });
    const made = [await create('a'), await create('a'), await create('a')].map(({ id }) => id);
    const listed: string[] = [];
    for await (const { id } of client.messages.batches.list({ limit: 2 })) listed.push(id);
    expect(listed).toEqual(made.reverse());
    expect(await client.messages.batches.cancel(made[0] ?? '')).toMatchObject({
      processing_status: 'ended',
      request_counts: { canceled: 1 },
    });
    await expect(create('not an id')).rejects.toMatchObject({ status: 400 });
    await expect(client.messages.batches.results('msgbatch_none')).rejects.toThrow();
  });
});

async function start(batches?: MockBatches): Promise<MockService> {
  const models = ['m', 'err-400', 'err-529'].map((id) => {
    const status = Number(/\d+/.exec(id)?.[0] ?? 0);
    return { id, ...(status === 0 ? {} : { down: { status } }) };
  });
  const scenario = { models, rules: [], ...(batches === undefined ? {} : { batches }) };
  const service = await startMockService({ scenario });
  services.push(service);
  return service;
}

function openaiOf({ url }: MockService): OpenAI {
  return new OpenAI({ apiKey: 'k', baseURL: `${url}/v1`, maxRetries: 0 });
}

function anthropicOf({ url }: MockService): Anthropic {
  return new Anthropic({ apiKey: 'k', baseURL: url, maxRetries: 0 });
}

async function begin(
  client: OpenAI,
  ids: readonly string[],
  models: readonly string[] = [],
): Promise<OpenAI.Batch> {
  const text = ids.map((custom_id, index) =>
    JSON.stringify({
      custom_id,
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model: models[index] ?? 'm', messages },
    }),
  );
  const file = await client.files.create({
    file: new File([text.join('\n')], 'x.jsonl'),
    purpose: 'batch',
  });
  return client.batches.create({
    input_file_id: file.id,
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
    metadata: { of: 'us' },
  });
}

async function lines(client: OpenAI, file: string | undefined): Promise<readonly object[]> {
  const text = await (await client.files.content(file ?? '')).text();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as object);
}
