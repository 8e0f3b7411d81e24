import type { Anthropic } from '@anthropic-ai/sdk';
import { ModelError, modelRefusal } from '@overseer/core/plugin';
import type { CallContext, JsonObject, Model } from '@overseer/core/spec';
import type { BatchOptions } from '../internal/batch-options.ts';
import type { BatchResult, BatchWire } from '../internal/batch-wire.ts';
import { batchedModel } from '../internal/batched-model.ts';
import { createSchemaFitting } from '../internal/fit-schemas.ts';
import { readJsonLines } from '../internal/json-lines.ts';
import { ANTHROPIC_SCHEMAS } from '../internal/schema-dialects.ts';
import type { SdkAccess } from '../internal/sdk-access.ts';
import { requestOptions } from '../internal/sdk-client.ts';
import { type AnthropicOptions, anthropic, anthropicAccess, MAX_TOKENS } from './anthropic.ts';
import { AnthropicAnswerReader } from './anthropic-answer-reader.ts';
import { anthropicRequest } from './anthropic-request.ts';
import { withCacheMarks } from './cache-marks.ts';

/** How Anthropic is reached, what is known of the model, and how batches are made. */
export type AnthropicBatchOptions = AnthropicOptions & BatchOptions;

/**
 * A model of Anthropic whose calls are collected and sent as message batches, at half the price, within a day. For tasks that
 * have time. A call made again after a restart finds its batch, and is neither sent nor paid twice; since Anthropic tells
 * what is in a batch only when that is over, it waits for all batches of the workspace that were under way. Throws
 * `ConfigError` for options that cannot be.
 */
export function anthropicBatch(
  modelId: string,
  options: AnthropicBatchOptions = {},
): Model & Disposable {
  const wire = messageBatches(modelId, options);
  return batchedModel(anthropic(modelId, options), wire, options);
}

/** Results are kept for 29 days. */
const KEPT_MS = 29 * 86_400_000;

function messageBatches(modelId: string, options: AnthropicOptions): BatchWire {
  const where = `anthropic/${modelId}`;
  const access = anthropicAccess(modelId, options);
  const terms = {
    maxTokens: options.maxOutput ?? MAX_TOKENS,
    fit: createSchemaFitting(ANTHROPIC_SCHEMAS),
  };
  const results = (id: string, ctx: CallContext): AsyncIterable<BatchResult> =>
    resultsOf({ access, id, ctx, where });
  return {
    most: 100_000,
    mostBytes: 240_000_000,
    body: (request) => {
      const { params, warnings } = anthropicRequest(modelId, request, terms);
      const { stream: _, ...body } =
        options.keepPrefixes === true ? withCacheMarks(params) : params;
      return { body: body as unknown as JsonObject, warnings };
    },
    send: (items, ctx) =>
      access.ask(ctx, async (client, keyed) => {
        const requests = items.map(({ id, body }) => ({ custom_id: id, params: paramsOf(body) }));
        return (await client.messages.batches.create({ requests }, requestOptions(keyed))).id;
      }),
    look: async (id, ctx) => {
      const batch = await access.ask(ctx, (client, keyed) =>
        client.messages.batches.retrieve(id, undefined, requestOptions(keyed)),
      );
      const { processing, ...done } = batch.request_counts;
      const over = Object.values(done).reduce((sum, count) => sum + count, 0);
      return {
        isOver: batch.processing_status === 'ended',
        ...(over === 0 ? {} : { fraction: over / (over + processing) }),
      };
    },
    results,
    cancel: (id, ctx) =>
      access.ask(ctx, async (client, keyed) => {
        await client.messages.batches.cancel(id, undefined, requestOptions(keyed));
      }),
    async *list(ctx) {
      const since = Date.now() - KEPT_MS;
      let page = await access.ask(ctx, (client, keyed) =>
        client.messages.batches.list({ limit: 100 }, requestOptions(keyed)),
      );
      for (;;) {
        for (const batch of page.data) {
          if (Date.parse(batch.created_at) < since) return;
          const { id, processing_status: status, request_counts: counts } = batch;
          if (status !== 'ended') yield { id, isOver: false };
          else if (counts.succeeded > 0 && batch.archived_at === null)
            yield { id, isOver: true, ids: () => answeredIds(results(id, ctx)) };
        }
        if (!page.hasNextPage()) return;
        const next = page;
        page = await access.ask(ctx, () => next.getNextPage());
      }
    },
    reader: (from, sink) => new AnthropicAnswerReader(from, sink),
  };
}

/** The body is one of `anthropicRequest`. */
function paramsOf(body: JsonObject): Anthropic.MessageCreateParamsNonStreaming {
  return body as unknown as Anthropic.MessageCreateParamsNonStreaming;
}

interface Reading {
  readonly access: SdkAccess<Anthropic>;
  readonly id: string;
  readonly ctx: CallContext;
  readonly where: string;
}

async function* resultsOf({ access, id, ctx, where }: Reading): AsyncGenerator<BatchResult> {
  // By its path: the address of the results that a batch tells could be anybody's, and the key goes with it.
  const path = `/v1/messages/batches/${encodeURIComponent(id)}/results`;
  const response = await access.open(ctx, (client, sent) =>
    client.get(path, { ...sent, headers: { accept: 'application/binary', ...sent.headers } }),
  );
  for await (const line of readJsonLines(response, ctx.signal, where))
    yield resultOf(line as unknown as Line, where);
}

type Line = Anthropic.Messages.MessageBatchIndividualResponse;

function resultOf({ custom_id: id, result }: Line, where: string): BatchResult {
  switch (result.type) {
    case 'succeeded':
      return { id, kind: 'answer', document: result.message };
    case 'errored':
      return { id, kind: 'failed', error: refusalOf(result.error, where) };
    case 'expired': {
      const what = `${where}: the batch expired before this call was made; it is made again in another`;
      return { id, kind: 'failed', error: new ModelError('timeout', what) };
    }
    case 'canceled': {
      const what = `${where}: the batch was cancelled before this call was made`;
      return { id, kind: 'failed', error: new ModelError('interrupted', what) };
    }
  }
}

/** A line of results has no status: the type of the error stands for one. */
function refusalOf(body: Anthropic.ErrorResponse, where: string): ModelError {
  const status = STATUSES.get(body.error.type);
  return modelRefusal({ where, body, ...(status === undefined ? {} : { status }) });
}

const STATUSES: ReadonlyMap<string, number> = new Map([
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['request_too_large', 413],
  ['rate_limit_error', 429],
  ['api_error', 500],
  ['timeout_error', 504],
  ['overloaded_error', 529],
]);

async function answeredIds(results: AsyncIterable<BatchResult>): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const { id, kind } of results) if (kind === 'answer') ids.add(id);
  return ids;
}
