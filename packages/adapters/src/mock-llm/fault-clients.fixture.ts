import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import type { JsonObject } from '@overseer/core/spec';
import { CohereClientV2 } from 'cohere-ai';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { asList, asObject, asText } from './json-reader.ts';

/** What a client has seen of a reply, also where it failed. */
export interface Seen {
  text: string;
  /** The model that the reply names. */
  model?: string | undefined;
  /** The ids of its tool calls, empty where it has none. */
  readonly ids: string[];
}

/** Asks a model of the service at `url`, writing down what comes; rejects as the client does. */
export type Ask = (url: string, model: string, signal: AbortSignal, seen: Seen) => Promise<void>;

const TEXT = 'What is new?';
const messages = [{ role: 'user' as const, content: TEXT }];
const silent = { apiKey: 'k', maxRetries: 0, logLevel: 'off' } as const;

/** Chat completions by OpenAI's client, below a path. */
export function openaiChatAt(path: string): Ask {
  return async (url, model, signal, seen) => {
    const client = new OpenAI({ ...silent, baseURL: url + path });
    const body = { model, messages, stream: true } as const;
    for await (const chunk of await client.chat.completions.create(body, { signal })) {
      seen.model = chunk.model;
      const delta = chunk.choices[0]?.delta;
      seen.text += delta?.content ?? '';
      for (const { id, function: called } of delta?.tool_calls ?? [])
        if (called?.name) seen.ids.push(id ?? '');
    }
  };
}

/** Responses by OpenAI's client. */
export const openaiResponses: Ask = async (url, model, signal, seen) => {
  const client = new OpenAI({ ...silent, baseURL: `${url}/v1` });
  const body = { model, input: TEXT, stream: true } as const;
  for await (const event of await client.responses.create(body, { signal })) {
    if (event.type === 'response.created') seen.model = event.response.model;
    if (event.type === 'response.output_text.delta') seen.text += event.delta;
    if (event.type === 'response.output_item.done' && event.item.type === 'function_call')
      seen.ids.push(event.item.call_id);
  }
};

/** Embeddings by OpenAI's client, below a path. */
export function openaiEmbeddingsAt(path: string): Ask {
  return async (url, model, signal, seen) => {
    const client = new OpenAI({ ...silent, baseURL: url + path });
    seen.model = (await client.embeddings.create({ model, input: TEXT }, { signal })).model;
  };
}

/** Messages by Anthropic's client. */
export const anthropicMessages: Ask = async (url, model, signal, seen) => {
  const client = new Anthropic({ ...silent, baseURL: url });
  const body = { model, messages, max_tokens: 99, stream: true } as const;
  for await (const event of await client.messages.create(body, { signal })) {
    if (event.type === 'message_start') seen.model = event.message.model;
    if (event.type === 'content_block_delta' && event.delta.type === 'text_delta')
      seen.text += event.delta.text;
    if (event.type === 'content_block_start' && event.content_block.type === 'tool_use')
      seen.ids.push(event.content_block.id);
  }
};

/** Content by Google's client. */
export const googleContent: Ask = async (url, model, abortSignal, seen) => {
  const client = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: url } });
  const config = { abortSignal };
  const stream = await client.models.generateContentStream({ model, contents: TEXT, config });
  for await (const piece of stream) {
    seen.model = piece.modelVersion;
    for (const part of piece.candidates?.[0]?.content?.parts ?? []) {
      seen.text += part.text ?? '';
      if (part.functionCall !== undefined) seen.ids.push(part.functionCall.id ?? '');
    }
  }
};

/** Embeddings by Google's client. */
export const googleEmbeddings: Ask = async (url, model, abortSignal) => {
  const client = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: url } });
  await client.models.embedContent({ model, contents: TEXT, config: { abortSignal } });
};

/** Chat by Cohere's client, which reports an error in mid-stream as the reason of the end. */
export const cohereChat: Ask = async (url, model, abortSignal, seen) => {
  const stream = await cohere(url).chatStream({ model, messages }, { abortSignal });
  for await (const event of stream) {
    if (event.type === 'content-delta') seen.text += event.delta?.message?.content?.text ?? '';
    if (event.type === 'tool-call-start') seen.ids.push(event.delta?.message?.toolCalls?.id ?? '');
    if (event.type === 'message-end' && event.delta?.finishReason === 'ERROR')
      throw new Error(event.delta.error);
  }
};

/** Embeddings by Cohere's client. */
export const cohereEmbeddings: Ask = async (url, model, abortSignal) => {
  const body = { model, texts: [TEXT], inputType: 'search_query' as const };
  const answer = await cohere(url).embed({ ...body, embeddingTypes: ['float'] }, { abortSignal });
  // Its client takes what is no JSON for an answer without vectors.
  if (answer.embeddings?.float === undefined) throw new Error('There are no vectors.');
};

/** Chat by Ollama's client. */
export const ollamaChat: Ask = async (url, model, signal, seen) => {
  const client = new Ollama({ host: url });
  const stream = await client.chat({ model, messages, stream: true });
  signal.addEventListener('abort', () => stream.abort(), { once: true });
  for await (const { model: named, message } of stream) {
    seen.model = named;
    seen.text += message.content;
    for (const call of message.tool_calls ?? []) seen.ids.push('id' in call ? String(call.id) : '');
  }
};

/** A completion by Ollama's client. */
export const ollamaGenerate: Ask = async (url, model, signal, seen) => {
  const client = new Ollama({ host: url });
  const stream = await client.generate({ model, prompt: TEXT, stream: true });
  signal.addEventListener('abort', () => stream.abort(), { once: true });
  for await (const { model: named, response } of stream) {
    seen.model = named;
    seen.text += response;
  }
};

/** LM Studio's own chat; its client speaks over web sockets alone, so that events are read here. */
export const lmstudioChat: Ask = async (url, model, signal, seen) => {
  const body = JSON.stringify({ model, input: TEXT, stream: true });
  const response = await fetch(`${url}/api/v1/chat`, { method: 'POST', body, signal });
  if (!response.ok) throw Object.assign(new Error(await response.text()), response);
  for await (const event of eventsOf(response)) {
    if (event['type'] === 'chat.start') seen.model = asText(event['model_instance_id']);
    if (event['type'] === 'message.delta') seen.text += asText(event['content']);
    if (event['type'] === 'error') throw new Error(asText(asObject(event['error'])['message']));
  }
};

async function* eventsOf({ body }: Response): AsyncGenerator<JsonObject> {
  let rest = '';
  for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.filter((text) => text.startsWith('data: ')))
      yield asObject(JSON.parse(line.slice(6)));
  }
}

/** The list of models by OpenAI's client, below a path. */
export function openaiModelsAt(path: string): Ask {
  return async (url, _, signal) => {
    await new OpenAI({ ...silent, baseURL: url + path }).models.list({ signal });
  };
}

/** The list of models by Anthropic's client. */
export const anthropicModels: Ask = async (url, _, signal) => {
  await new Anthropic({ ...silent, baseURL: url }).models.list({}, { signal });
};

/** The list of models by Google's client. */
export const googleModels: Ask = async (url, _, abortSignal) => {
  const client = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: url } });
  await client.models.list({ config: { abortSignal } });
};

/** The list of models by Cohere's client. */
export const cohereModels: Ask = async (url, _, abortSignal) => {
  const { models } = await cohere(url).models.list({}, { abortSignal });
  // Its client takes what is no JSON for an answer without models.
  if (!Array.isArray(models)) throw new Error('There are no models.');
};

/** An order of documents by Cohere's client. */
export const cohereRerank: Ask = async (url, model, abortSignal) => {
  const body = { model, query: TEXT, documents: [TEXT] };
  const { results } = await cohere(url).rerank(body, { abortSignal });
  if (!Array.isArray(results)) throw new Error('There are no results.');
};

/** The list of models by Ollama's client. */
export const ollamaModels: Ask = async (url, _, signal) => {
  await stoppable(url, signal).list();
};

/** Vectors by Ollama's client. */
export const ollamaEmbed: Ask = async (url, model, signal) => {
  await stoppable(url, signal).embed({ model, input: TEXT });
};

/** Its requests take no signal, but its `fetch` does. */
function stoppable(host: string, signal: AbortSignal): Ollama {
  return new Ollama({ host, fetch: (input, init) => fetch(input, { ...init, signal }) });
}

/** The list of LM Studio's models. */
export const lmstudioModels: Ask = async (url, _, signal) => {
  const response = await fetch(`${url}/api/v1/models`, { signal });
  if (!response.ok) throw Object.assign(new Error(await response.text()), response);
  JSON.parse(await response.text());
};

/** A count of tokens by Anthropic's client. */
export const anthropicCount: Ask = async (url, model, signal) => {
  const client = new Anthropic({ ...silent, baseURL: url });
  await client.messages.countTokens({ model, messages }, { signal });
};

/** A count of tokens by Google's client. */
export const googleCount: Ask = async (url, model, abortSignal) => {
  const client = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: url } });
  await client.models.countTokens({ model, contents: TEXT, config: { abortSignal } });
};

/** A batch by OpenAI's client, from its file to its results. */
export const openaiBatches: Ask = async (url, model, signal, seen) => {
  const client = new OpenAI({ ...silent, baseURL: `${url}/v1` });
  const line = { custom_id: 'a', method: 'POST', url: '/v1/chat/completions' };
  const text = JSON.stringify({ ...line, body: { model, messages } });
  const file = new File([text], 'lines.jsonl');
  const { id } = await client.files.create({ file, purpose: 'batch' }, { signal });
  const batch = await client.batches.create(
    { input_file_id: id, endpoint: '/v1/chat/completions', completion_window: '24h' },
    { signal },
  );
  const over = await client.batches.retrieve(batch.id, { signal });
  const results = over.output_file_id ?? over.error_file_id ?? '';
  const content = await (await client.files.content(results, { signal })).text();
  const response = asObject(asObject(JSON.parse(content))['response']);
  const result = asObject(response['body']);
  if (response['status_code'] !== 200) throw new Error(JSON.stringify(result));
  seen.model = asText(result['model']);
  const [choice] = asList(result['choices']).map(asObject);
  const message = asObject(choice?.['message']);
  seen.text = asText(message['content']);
  for (const call of asList(message['tool_calls'])) seen.ids.push(asText(asObject(call)['id']));
};

/** A batch by Anthropic's client. */
export const anthropicBatches: Ask = async (url, model, signal, seen) => {
  const client = new Anthropic({ ...silent, baseURL: url });
  const requests = [{ custom_id: 'a', params: { model, messages, max_tokens: 99 } }];
  const { id } = await client.messages.batches.create({ requests }, { signal });
  await client.messages.batches.retrieve(id, {}, { signal });
  for await (const { result } of await client.messages.batches.results(id, {}, { signal })) {
    if (result.type === 'errored') throw new Error(result.error.error.message);
    if (result.type === 'succeeded') lookAt(result.message, seen);
  }
};

function lookAt({ model, content }: Anthropic.Message, seen: Seen): void {
  seen.model = model;
  for (const block of content) {
    if (block.type === 'text') seen.text += block.text;
    if (block.type === 'tool_use') seen.ids.push(block.id);
  }
}

function cohere(environment: string): CohereClientV2 {
  return new CohereClientV2({ token: 'k', environment, maxRetries: 0 });
}

/** An order to LM Studio to load a model. */
export const lmstudioLoad: Ask = async (url, model, signal) => {
  const body = JSON.stringify({ model });
  const response = await fetch(`${url}/api/v1/models/load`, { method: 'POST', body, signal });
  if (!response.ok) throw Object.assign(new Error(await response.text()), response);
  JSON.parse(await response.text());
};
