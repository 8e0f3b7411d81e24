import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { CohereClient } from 'cohere-ai';
import OpenAI, { toFile } from 'openai';
import { afterAll, describe, expect, it } from 'vitest';
import { everyAdapter } from '../internal/every-adapter.fixture.ts';
import { startMockService } from './service.ts';

const IDS = Array.from({ length: 60 }, (_, n) => `m-${n}`);
const service = await startMockService({
  scenario: { models: IDS.map((id) => ({ id })), rules: [] },
});
const quiet = { apiKey: 'k', maxRetries: 0, logLevel: 'off' } as const;
const openai = new OpenAI({ ...quiet, baseURL: `${service.url}/v1` });
const anthropic = new Anthropic({ ...quiet, baseURL: service.url });
const google = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: service.url } });
const cohere = new CohereClient({ token: 'k', environment: service.url, maxRetries: 0 });

afterAll(() => service.close());

describe('a list of models that is longer than a page', () => {
  it("M17: comes in Anthropic's pages, forth and back", async () => {
    const first = await anthropic.models.list();
    expect(first.data).toHaveLength(20);
    expect(first.has_more).toBe(true);
    const all: string[] = [];
    for await (const { id } of anthropic.models.list({ limit: 25 })) all.push(id);
    expect(all).toEqual(IDS);
    const before = await anthropic.models.list({ before_id: 'm-30', limit: 5 });
    expect(before.data.map(({ id }) => id)).toEqual(['m-25', 'm-26', 'm-27', 'm-28', 'm-29']);
  });

  it("M17: comes in Google's pages", async () => {
    const all: string[] = [];
    const pager = await google.models.list({ config: { pageSize: 25 } });
    expect(pager.page).toHaveLength(25);
    for await (const { name } of pager) all.push(name ?? '');
    expect(all).toEqual(IDS.map((id) => `models/${id}`));
  });

  it("M17: comes in Cohere's pages, of those that have the endpoint that is asked for", async () => {
    const all: string[] = [];
    let pageToken: string | undefined;
    do {
      const page = await cohere.models.list({
        pageSize: 25,
        endpoint: 'chat',
        ...(pageToken === undefined ? {} : { pageToken }),
      });
      all.push(...page.models.map(({ name = '' }) => name));
      pageToken = page.nextPageToken;
    } while (pageToken);
    expect(all).toEqual(IDS);
    expect((await cohere.models.list()).models).toHaveLength(20);
    expect((await cohere.models.list({ endpoint: 'classify' })).models).toEqual([]);
  });

  const listing = everyAdapter.filter(({ name }) => !name.startsWith('ai-sdk'));
  it.each(listing)('M1 M17: is read to its end by the adapter $name', async ({ create }) => {
    const { signal } = new AbortController();
    const listed = (await create('m-0', service.url).list?.({ signal })) ?? [];
    expect(listed.map(({ id }) => id.replace(/:latest$/, ''))).toEqual(IDS);
  });
});

describe('files and batches', () => {
  it('M17: are listed, told of and deleted', async () => {
    const line = JSON.stringify({
      custom_id: 'a',
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model: 'm-0', messages: [{ role: 'user', content: 'hi' }] },
    });
    const made = await openai.files.create({
      file: await toFile(Buffer.from(line), 'a.jsonl'),
      purpose: 'batch',
    });
    expect(await openai.files.retrieve(made.id)).toEqual(made);
    expect((await openai.files.list()).data).toEqual([made]);
    const batch = await openai.batches.create({
      input_file_id: made.id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    });
    const done = await openai.batches.retrieve(batch.id);
    expect(done).toMatchObject({ status: 'completed', completed_at: expect.any(Number) });
    const output = await openai.files.retrieve(done.output_file_id ?? '');
    const text = await (await openai.files.content(output.id)).text();
    expect(output).toMatchObject({ purpose: 'batch_output', bytes: Buffer.byteLength(text) });
    expect(await openai.files.delete(made.id)).toMatchObject({ id: made.id, deleted: true });
    await expect(openai.files.retrieve(made.id)).rejects.toMatchObject({ status: 404 });
  });

  it("M17: of Anthropic's are deleted once they have ended", async () => {
    const params = {
      model: 'm-0',
      max_tokens: 9,
      messages: [{ role: 'user' as const, content: 'hi' }],
    };
    const { batches } = anthropic.messages;
    const { id } = await batches.create({ requests: [{ custom_id: 'a', params }] });
    await batches.retrieve(id);
    expect(await batches.delete(id)).toEqual({ id, type: 'message_batch_deleted' });
    await expect(batches.retrieve(id)).rejects.toMatchObject({ status: 404 });
  });
});

describe('a response', () => {
  it('M17: says again what it was asked', async () => {
    const asked = {
      model: 'm-0',
      input: 'hi',
      metadata: { run: 'a' },
      tools: [
        { type: 'function' as const, name: 'f', parameters: { type: 'object' }, strict: false },
      ],
      tool_choice: 'none' as const,
      parallel_tool_calls: false,
      text: { format: { type: 'json_object' as const } },
      reasoning: { effort: 'low' as const },
      truncation: 'auto' as const,
      user: 'ada',
    };
    const { input: _, reasoning, ...rest } = asked;
    const response = await openai.responses.create(asked);
    expect(response).toMatchObject(rest);
    expect(response.reasoning?.effort).toBe(reasoning.effort);
  });
});
