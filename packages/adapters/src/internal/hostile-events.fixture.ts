import type { AdapterDialect } from './every-adapter.fixture.ts';

/** An answer in pieces: how it begins, its text, and how it ends. */
type Words = readonly [
  first: readonly object[],
  piece: (text: string) => object,
  last: (text: string) => readonly object[],
];

/** An answer in each dialect; `@usage@` stands for its counts. */
export const WORDS: Readonly<Record<AdapterDialect, Words>> = {
  'openai-chat': [
    [],
    (content) => ({ id: 'c', model: 'm', choices: [{ index: 0, delta: { content } }] }),
    () => [
      { id: 'c', model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      {
        id: 'c',
        model: 'm',
        choices: [],
        usage: { prompt_tokens: '@usage@', completion_tokens: '@usage@', total_tokens: 3 },
      },
    ],
  ],
  'openai-responses': [
    [
      { type: 'response.created', response: { id: 'r', created_at: 1, model: 'm' } },
      {
        type: 'response.output_item.added',
        output_index: 0,
        item: { type: 'message', id: 'i' },
      },
    ],
    (delta) => ({ type: 'response.output_text.delta', item_id: 'i', delta }),
    (text) => [
      {
        type: 'response.output_item.done',
        output_index: 0,
        item: { type: 'message', id: 'i', content: [{ type: 'output_text', text }] },
      },
      {
        type: 'response.completed',
        response: { id: 'r', usage: { input_tokens: '@usage@', output_tokens: '@usage@' } },
      },
    ],
  ],
  'anthropic-messages': [
    [
      {
        type: 'message_start',
        message: { id: 'c', model: 'm', content: [], usage: { input_tokens: 1 } },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ],
    (text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
    () => [
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { input_tokens: '@usage@', output_tokens: '@usage@' },
      },
      { type: 'message_stop' },
    ],
  ],
  'google-content': [
    [],
    (text) => ({ candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0 }] }),
    () => [
      {
        candidates: [{ content: { role: 'model', parts: [] }, finishReason: 'STOP', index: 0 }],
        usageMetadata: { promptTokenCount: '@usage@', candidatesTokenCount: '@usage@' },
      },
    ],
  ],
  'cohere-chat': [
    [
      { type: 'message-start', id: 'c', delta: { message: { role: 'assistant' } } },
      {
        type: 'content-start',
        index: 0,
        delta: { message: { content: { type: 'text', text: '' } } },
      },
    ],
    (text) => ({ type: 'content-delta', index: 0, delta: { message: { content: { text } } } }),
    () => [
      { type: 'content-end', index: 0 },
      {
        type: 'message-end',
        delta: {
          finish_reason: 'COMPLETE',
          usage: { tokens: { input_tokens: '@usage@', output_tokens: '@usage@' } },
        },
      },
    ],
  ],
  'ollama-chat': [
    [],
    (content) => ({ model: 'm', message: { role: 'assistant', content }, done: false }),
    () => [
      {
        model: 'm',
        message: { role: 'assistant', content: '' },
        done: true,
        done_reason: 'stop',
        prompt_eval_count: '@usage@',
        eval_count: '@usage@',
      },
    ],
  ],
};

/** What readers keep, or pass over, without a word to whoever listens. */
export const SILENT: Readonly<Record<AdapterDialect, (text: string) => object>> = {
  'openai-chat': (text) => ({ id: 'c', model: 'm', choices: [], obfuscation: text }),
  'openai-responses': (text) => ({
    type: 'response.output_item.done',
    output_index: 0,
    item: { type: 'message', id: 'i', content: [{ type: 'output_text', text }] },
  }),
  'anthropic-messages': (text) => ({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'signature_delta', signature: text },
  }),
  'google-content': (text) => ({
    candidates: [
      { content: { role: 'model', parts: [{ text: '', thoughtSignature: text }] }, index: 0 },
    ],
  }),
  'cohere-chat': (text) => ({
    type: 'citation-start',
    index: 0,
    delta: { message: { citations: { start: 0, end: 1, text, sources: [] } } },
  }),
  'ollama-chat': (text) => ({ model: 'm', message: { role: 'assistant' }, done: false, text }),
};

/** Ollama sends lines, all others events. */
export function eventOf(dialect: AdapterDialect): (document: object) => string {
  return dialect === 'ollama-chat'
    ? (document) => `${JSON.stringify(document)}\n`
    : (document) => `data: ${JSON.stringify(document)}\n\n`;
}
