import { CohereClient, CohereClientV2 } from 'cohere-ai';
import { Ollama } from 'ollama';
import { afterAll, describe, expect, it } from 'vitest';
import { startMockService } from './service.ts';

const service = await startMockService();
const options = { token: 'k', environment: service.url, maxRetries: 0 };
const cohere = new CohereClientV2(options);
const first = new CohereClient(options);
const ollama = new Ollama({ host: service.url });
const TEXT = 'Grüße, 世界 👋🏽!';

afterAll(() => service.close());

async function ask(path: string, body: object): Promise<{ status: number; body: unknown }> {
  const response = await fetch(service.url + path, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

describe('the tokens of a text', () => {
  it("M17: are told by vLLM's endpoints, of a prompt and of messages, and made into text again", async () => {
    const { body } = await ask('/tokenize', { model: 'm', prompt: TEXT, return_token_strs: true });
    const { tokens, token_strs, count, max_model_len } = body as Record<string, unknown> & {
      tokens: number[];
      token_strs: string[];
    };
    expect(token_strs.join('')).toBe(TEXT);
    expect({ count, max_model_len }).toEqual({ count: tokens.length, max_model_len: 200_000 });
    expect(tokens.every((id) => Number.isInteger(id) && id >= 0)).toBe(true);
    const back = await ask('/detokenize', { model: 'm', tokens });
    expect(back).toEqual({ status: 200, body: { prompt: TEXT } });
    const messages = [{ role: 'user', content: 'What is new?' }];
    const chat = await ask('/tokenize', { model: 'm', messages });
    const asked = await ask('/v1/chat/completions', { model: 'm', messages });
    expect(chat.body).toMatchObject({ count: 3 });
    expect(chat.body).not.toHaveProperty('token_strs');
    expect(asked.body).toMatchObject({ usage: { prompt_tokens: 3 } });
  });

  it("M17: are told by llama.cpp's endpoints, with their pieces where that is asked", async () => {
    const { body } = await ask('/tokenize', { content: TEXT });
    const { tokens } = body as { tokens: number[] };
    expect(body).toEqual({ tokens: tokens.map(() => expect.any(Number)) });
    expect(await ask('/detokenize', { tokens })).toMatchObject({ body: { content: TEXT } });
    const pieces = (await ask('/tokenize', { content: TEXT, with_pieces: true })).body as {
      tokens: { id: number; piece: string }[];
    };
    expect(pieces.tokens.map(({ id }) => id)).toEqual(tokens);
    expect(pieces.tokens.map(({ piece }) => piece).join('')).toBe(TEXT);
  });

  it("M17: are told by Cohere's endpoints, and made into text again", async () => {
    const { tokens, tokenStrings } = await first.tokenize({ model: 'm', text: TEXT });
    expect(tokenStrings.join('')).toBe(TEXT);
    expect((await first.detokenize({ model: 'm', tokens })).text).toBe(TEXT);
  });

  it('M17: are none where nobody has seen them, or where there is nothing to look at', async () => {
    expect(await ask('/detokenize', { model: 'm', tokens: [7] })).toMatchObject({ status: 400 });
    expect(await ask('/detokenize', { model: 'm', tokens: 'x' })).toMatchObject({ status: 400 });
    expect(await ask('/tokenize', { model: 'm' })).toMatchObject({ status: 400 });
    await expect(first.detokenize({ model: 'm', tokens: [7] })).rejects.toMatchObject({
      statusCode: 400,
    });
    const gone = await ask('/tokenize', { model: 'err-404', prompt: 'a' });
    expect(gone).toMatchObject({ status: 404 });
  });
});

describe('an order of documents', () => {
  const documents = ['A cat sat.', 'The capital of Norway is Oslo.', 'Norway'];
  const query = 'What is the capital of Norway?';

  it("M17: is Cohere's, the best first, and no more than are asked for", async () => {
    const { results, meta } = await cohere.rerank({ model: 'm', query, documents });
    expect(results.map(({ index }) => index)).toEqual([1, 2, 0]);
    const scores = results.map(({ relevanceScore }) => relevanceScore);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
    expect(meta?.billedUnits?.searchUnits).toBe(1);
    const top = await cohere.rerank({ model: 'm', query, documents, topN: 1 });
    expect(top.results.map(({ index }) => index)).toEqual([1]);
    const old = await first.rerank({ model: 'm', query, documents, returnDocuments: true });
    expect(old.results[0]).toMatchObject({ index: 1, document: { text: documents[1] } });
  });

  it('M17: is refused without documents or query, and by a model that refuses', async () => {
    const refusal = { statusCode: 400 };
    await expect(cohere.rerank({ model: 'm', query, documents: [] })).rejects.toMatchObject(
      refusal,
    );
    await expect(cohere.rerank({ model: 'm', query: '', documents })).rejects.toMatchObject(
      refusal,
    );
    const limited = cohere.rerank({ model: 'err-429-2', query, documents });
    await expect(limited).rejects.toMatchObject({ statusCode: 429 });
  });

  it("M17: is llama.cpp's and vLLM's under their paths", async () => {
    for (const path of ['/v1/rerank', '/rerank']) {
      const { body } = await ask(path, { model: 'm', query, documents, top_n: 2 });
      expect(body).toMatchObject({
        model: 'm',
        results: [{ index: 1, relevance_score: expect.any(Number) }, { index: 2 }],
      });
    }
  });
});

describe('vectors', () => {
  it("M17: come by Ollama's old endpoint, the same as by its new one", async () => {
    const { embedding } = await ollama.embeddings({ model: 'm', prompt: 'a' });
    const { embeddings } = await ollama.embed({ model: 'm', input: 'a' });
    expect(embedding).toEqual(embeddings[0]);
    expect(await ask('/api/embeddings', { model: 'm', prompt: '' })).toEqual({
      status: 200,
      body: { embedding: [] },
    });
    expect(await ask('/api/embed', { input: 'a' })).toMatchObject({ status: 404 });
    expect(await ask('/api/embed', { model: 'm', input: 7 })).toMatchObject({ status: 400 });
  });

  it("M17: come in each of Cohere's types, of texts and of images", async () => {
    const asked = { model: 'm', inputType: 'search_document' as const };
    const embeddingTypes = ['float', 'int8', 'uint8', 'binary', 'ubinary', 'base64'] as const;
    const { embeddings } = await cohere.embed({
      ...asked,
      texts: ['a', 'b'],
      outputDimension: 16,
      embeddingTypes: [...embeddingTypes],
    });
    const {
      float = [],
      int8 = [],
      uint8 = [],
      binary = [],
      ubinary = [],
      base64 = [],
    } = embeddings;
    expect([float, int8, uint8, binary, ubinary, base64].map((one) => one.length)).toEqual(
      embeddingTypes.map(() => 2),
    );
    expect([float, int8, uint8].map(([one]) => one?.length)).toEqual([16, 16, 16]);
    expect([binary, ubinary].map(([one]) => one?.length)).toEqual([2, 2]);
    expect(int8[0]?.every((value) => value >= -128 && value <= 127)).toBe(true);
    expect(uint8[0]).toEqual(int8[0]?.map((value) => value + 128));
    expect(ubinary[0]).toEqual(binary[0]?.map((value) => value + 128));
    const bytes = Buffer.from(base64[0] ?? '', 'base64');
    expect([...new Float32Array(new Uint8Array(bytes).buffer)]).toEqual(float[0]);
    const image = 'data:image/png;base64,iVBORw0KGgo=';
    const seen = await cohere.embed({
      model: 'm',
      inputType: 'image',
      images: [image],
      embeddingTypes: ['float'],
    });
    expect(seen.embeddings.float).toHaveLength(1);
    const mixed = await cohere.embed({
      ...asked,
      inputs: [{ content: [{ type: 'text', text: 'a' }] }],
      embeddingTypes: ['float'],
      outputDimension: 16,
    });
    expect(mixed.embeddings.float?.[0]).toEqual(float[0]);
    const unknown = { ...asked, input_type: 'search_document', texts: ['a'] };
    expect(await ask('/v2/embed', { ...unknown, embedding_types: ['int3'] })).toMatchObject({
      status: 400,
    });
  });
});
