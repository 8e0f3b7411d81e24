import { ModelError, modelRefusal } from '@overseer/core/plugin';
import type { CallContext, JsonObject, Model } from '@overseer/core/spec';
import type { OpenAI } from 'openai';
import type { BatchOptions } from '../internal/batch-options.ts';
import type { BatchItem, BatchLook, BatchResult, BatchWire } from '../internal/batch-wire.ts';
import { batchedModel } from '../internal/batched-model.ts';
import { createSchemaFitting } from '../internal/fit-schemas.ts';
import { readJsonLines } from '../internal/json-lines.ts';
import { OpenAiAnswerReader } from '../internal/openai-answer-reader.ts';
import { OPENAI_SCHEMAS } from '../internal/schema-dialects.ts';
import type { SdkAccess } from '../internal/sdk-access.ts';
import { type KeyedContext, requestOptions } from '../internal/sdk-client.ts';
import { idsOfBatch, metadataOf } from './batch-metadata.ts';
import { type OpenAiOptions, openAiAccess, openAiBody, openai } from './openai.ts';

/** How OpenAI is reached, what is known of the model, and how batches are made. */
export type OpenAiBatchOptions = Omit<OpenAiOptions, 'api' | 'store' | 'clock'> & BatchOptions;

/**
 * A model of OpenAI whose calls are collected and sent by the Batch API, as chat completions at half the price, within a day.
 * For tasks that have time. A call made again after a restart finds its batch, and is neither sent nor paid twice. Throws
 * `ConfigError` for options that cannot be.
 */
export function openaiBatch(modelId: string, options: OpenAiBatchOptions = {}): Model & Disposable {
  const wire = openAiBatches(modelId, openAiAccess(modelId, options));
  return batchedModel(openai(modelId, options), wire, options);
}

const ENDPOINT = '/v1/chat/completions';
/** What was sent and what came of it are kept as long. */
const KEPT_S = 30 * 86_400;

function openAiBatches(modelId: string, access: SdkAccess<OpenAI>): BatchWire {
  const fit = createSchemaFitting(OPENAI_SCHEMAS);
  const where = `openai/${modelId}`;
  const linesOf = async function* (
    file: string | undefined | null,
    ctx: CallContext,
  ): AsyncGenerator<JsonObject> {
    if (file === undefined || file === null) return;
    const response = await access.open(ctx, (client, sent) => client.files.content(file, sent));
    yield* readJsonLines(response, ctx.signal, where);
  };
  const batchOf = (id: string, ctx: CallContext): Promise<OpenAI.Batch> =>
    access.ask(ctx, (client, keyed) => client.batches.retrieve(id, requestOptions(keyed)));
  return {
    most: 50_000,
    mostBytes: 190_000_000,
    body: (request) => {
      const { params, warnings } = openAiBody(modelId, request, fit);
      const { stream: _, stream_options: __, ...body } = params;
      return { body: body as unknown as JsonObject, warnings };
    },
    send: (items, ctx) => access.ask(ctx, (client, keyed) => send(client, items, keyed)),
    look: async (id, ctx) => lookOf(await batchOf(id, ctx), where),
    async *results(id, ctx) {
      const batch = await batchOf(id, ctx);
      for (const file of [batch.output_file_id, batch.error_file_id])
        for await (const line of linesOf(file, ctx)) yield resultOf(line, where);
    },
    cancel: (id, ctx) =>
      access.ask(ctx, async (client, keyed) => {
        await client.batches.cancel(id, requestOptions(keyed));
      }),
    async *list(ctx) {
      const since = Date.now() / 1000 - KEPT_S;
      let page = await access.ask(ctx, (client, keyed) =>
        client.batches.list({ limit: 100 }, requestOptions(keyed)),
      );
      for (;;) {
        for (const batch of page.data) {
          if (batch.created_at < since) return;
          const known = idsOfBatch(batch.metadata);
          // Batches of others.
          if (known === undefined) continue;
          const ids = async (): Promise<ReadonlySet<string>> =>
            known.size > 0 ? known : idsOfLines(linesOf(batch.input_file_id, ctx));
          yield { id: batch.id, isOver: OVER.has(batch.status), ids };
        }
        if (!page.hasNextPage()) return;
        const next = page;
        page = await access.ask(ctx, () => next.getNextPage());
      }
    },
    reader: (from, sink) => new OpenAiAnswerReader(from, sink),
  };
}

async function send(
  client: OpenAI,
  items: readonly BatchItem[],
  keyed: KeyedContext,
): Promise<string> {
  const lines = items.map(({ id, body }) =>
    JSON.stringify({ custom_id: id, method: 'POST', url: ENDPOINT, body }),
  );
  const file = new File([`${lines.join('\n')}\n`], 'overseer-batch.jsonl', {
    type: 'application/jsonl',
  });
  const uploaded = await client.files.create(
    { file, purpose: 'batch', expires_after: { anchor: 'created_at', seconds: KEPT_S } },
    requestOptions(keyed),
  );
  const batch = await client.batches.create(
    {
      input_file_id: uploaded.id,
      endpoint: ENDPOINT,
      completion_window: '24h',
      metadata: metadataOf(items.map(({ id }) => id)),
    },
    requestOptions(keyed),
  );
  return batch.id;
}

const OVER: ReadonlySet<string> = new Set(['failed', 'completed', 'expired', 'cancelled']);

function lookOf(batch: OpenAI.Batch, where: string): BatchLook {
  const { status, request_counts: counts } = batch;
  if (status === 'failed') return { isOver: true, refused: refusalOf(batch, where) };
  const done = (counts?.completed ?? 0) + (counts?.failed ?? 0);
  const all = counts?.total ?? 0;
  return { isOver: OVER.has(status), ...(all === 0 ? {} : { fraction: Math.min(1, done / all) }) };
}

/** A batch that fails was refused before any of its requests was begun. */
function refusalOf(batch: OpenAI.Batch, where: string): ModelError {
  const [first] = batch.errors?.data ?? [];
  const { code = 'batch_failed', message = 'it was refused' } = first ?? {};
  const isFull = /limit/.test(code);
  const what = `${where}: batch ${batch.id} failed: ${message}`;
  return new ModelError(isFull ? 'rate-limit' : 'invalid', what, { providerCode: code });
}

interface Line {
  readonly custom_id: string;
  readonly response?: { readonly status_code: number; readonly body: unknown } | null;
  readonly error?: { readonly code?: string; readonly message?: string } | null;
}

function resultOf(document: JsonObject, where: string): BatchResult {
  const { custom_id: id, response, error } = document as unknown as Line;
  if (response?.status_code === 200) return { id, kind: 'answer', document: response.body };
  if (response !== undefined && response !== null) {
    const { status_code: status, body } = response;
    return { id, kind: 'failed', error: modelRefusal({ where, status, body }) };
  }
  const code = error?.code ?? 'batch_error';
  const message = `${where}: ${error?.message ?? 'the batch ended before this call was made'}`;
  const kind = KINDS.get(code) ?? 'server';
  return { id, kind: 'failed', error: new ModelError(kind, message, { providerCode: code }) };
}

const KINDS = new Map([
  ['batch_expired', 'timeout'],
  ['batch_cancelled', 'interrupted'],
] as const) as ReadonlyMap<string, 'timeout' | 'interrupted'>;

async function idsOfLines(lines: AsyncIterable<JsonObject>): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const { custom_id: id } of lines) if (typeof id === 'string') ids.add(id);
  return ids;
}
