import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mockFetch } from './mock-fetch.ts';

const PATHS = [
  ...['/v1/chat/completions', '/v1/responses', '/v1/embeddings', '/v1/messages', '/v1/files'],
  ...['/v1/responses/input_tokens', '/v1/messages/count_tokens', '/v1/batches', '/v1/tokenize'],
  ...['/v1/messages/batches', '/v1/models/m:generateContent', '/v1/models/m:embedContent'],
  ...['/v1/models/m:streamGenerateContent', '/v1/models/m:batchEmbedContents', '/v2/rerank'],
  ...['/v1/models/m:countTokens', '/v2/chat', '/v2/embed', '/v1/rerank', '/v1/detokenize'],
  ...['/tokenize', '/detokenize', '/api/chat', '/api/generate', '/api/embed', '/api/embeddings'],
  ...['/api/show', '/api/v0/chat/completions', '/api/v0/embeddings', '/api/v1/chat'],
  ...['/api/v1/models/load', '/api/v1/models/unload'],
];

/** Fields that one dialect or another reads. */
const FIELDS = [
  ...['messages', 'input', 'contents', 'tools', 'tool_choice', 'stream', 'max_tokens', 'stop'],
  ...['system', 'prompt', 'options', 'response_format', 'n', 'dimensions', 'requests', 'metadata'],
  ...['generationConfig', 'toolConfig', 'text', 'format', 'include', 'stop_sequences', 'content'],
  ...['input_type', 'texts', 'images', 'embedding_types', 'keep_alive', 'ttl', 'tokens', 'query'],
  ...['documents', 'top_n', 'instance_id', 'context_length', 'logprobs', 'top_logprobs', 'inputs'],
  ...['output_dimension', 'previous_response_id', 'stream_options', 'think', 'systemInstruction'],
];
const value = fc.jsonValue({ maxDepth: 3 });
const body = fc.record({
  model: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('m', 'm-tools', 'm-think') }, value),
  fields: fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 6 }),
});

describe('a body of any kind', () => {
  it.each(PATHS)('M17: is answered or refused in words at %s, and breaks nothing', async (path) => {
    const mock = mockFetch();
    await fc.assert(
      fc.asyncProperty(body, async ({ model, fields }) => {
        const sent = JSON.stringify({ messages: 'x', ...fields, model });
        const response = await mock.fetch(`http://mock${path}`, { method: 'POST', body: sent });
        expect(response.status, sent).toBeLessThan(500);
        await response.text();
      }),
      { numRuns: 30, seed: 5 },
    );
  });
});
