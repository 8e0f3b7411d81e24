import type { Anthropic } from '@anthropic-ai/sdk';
import type { KeptBatch, LineResult } from '../batch/batch-shelf.ts';
import type { Endpoint, Question, Told } from '../endpoint.ts';
import { asList, asObject, asText } from '../json-reader.ts';
import { pageBy } from './page-by.ts';
import { anthropicWire } from './wire.ts';

const PREFIX = 'msgbatch_';

/** `POST /v1/messages/batches`. */
export const createMessageBatch: Endpoint = {
  wire: anthropicWire,
  answer({ batches, body, now, origin }) {
    const lines = asList(body['requests'])
      .map(asObject)
      .map((one) => ({ id: asText(one['custom_id']), body: asObject(one['params']) }));
    if (lines.length === 0) return refused(400, 'requests: at least one is required');
    const unfit = lines.find(({ id }) => !/^[a-zA-Z0-9_-]{1,64}$/.test(id));
    if (unfit !== undefined) return refused(400, `custom_id: '${unfit.id}' does not match`);
    if (new Set(lines.map(({ id }) => id)).size < lines.length)
      return refused(400, 'requests: custom_id must be unique');
    const made = { createdAt: now, path: '/v1/messages', lines, metadata: null, inputFile: '' };
    return { kind: 'told', body: batchObject(batches.add(made, PREFIX), origin) };
  },
};

/** `GET /v1/messages/batches`. */
export const listMessageBatches: Endpoint = {
  wire: anthropicWire,
  answer({ batches, query, now, answerLine, origin }) {
    const all = batches.list(PREFIX).map((batch) => batches.bring(batch, now, answerLine));
    const { page, hasMore } = pageBy(all, query);
    const data = page.map((batch) => batchObject(batch, origin));
    const ends = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
    return { kind: 'told', body: { data, has_more: hasMore, ...ends } };
  },
};

/** `GET /v1/messages/batches/{id}`. */
export const getMessageBatch: Endpoint = {
  wire: anthropicWire,
  answer: (question) => aboutBatch(question, () => undefined),
};

/** `POST /v1/messages/batches/{id}/cancel`. */
export const cancelMessageBatch: Endpoint = {
  wire: anthropicWire,
  answer: (question) =>
    aboutBatch(question, (batch) => {
      if (batch.endedAt === undefined) batch.cancelledAt = question.now;
    }),
};

/** `DELETE /v1/messages/batches/{id}`, of one that has ended. */
export const deleteMessageBatch: Endpoint = {
  wire: anthropicWire,
  answer({ batches, id }) {
    const batch = batches.find(id);
    if (batch === undefined) return refused(404, `Message Batch ${id} not found.`);
    if (batch.endedAt === undefined)
      return refused(400, `Message Batch ${id} cannot be deleted while it is in progress.`);
    batches.forget(id);
    return { kind: 'told', body: { id, type: 'message_batch_deleted' } };
  },
};

/** `GET /v1/messages/batches/{id}/results`. */
export const messageBatchResults: Endpoint = {
  wire: anthropicWire,
  answer({ batches, id }) {
    const batch = batches.find(id);
    if (batch?.endedAt === undefined) return refused(404, `${id} has no available results.`);
    const { results = [], lines } = batch;
    const all = results.map((result, index) =>
      JSON.stringify({ custom_id: lines[index]?.id ?? '', result: resultObject(result) }),
    );
    // The order of results is nobody's promise.
    const text = all
      .reverse()
      .map((line) => `${line}\n`)
      .join('');
    return { kind: 'text', type: 'application/x-jsonl', text };
  },
};

function aboutBatch(question: Question, order: (batch: KeptBatch) => void): Told {
  const { batches, id, now, answerLine, origin } = question;
  const batch = batches.find(id);
  if (batch === undefined) return refused(404, `Message Batch ${id} not found.`);
  order(batch);
  return { kind: 'told', body: batchObject(batches.bring(batch, now, answerLine), origin) };
}

function refused(status: number, message: string): Told {
  return { kind: 'refused', failure: { status, message } };
}

function resultObject(result: LineResult): object {
  if (result.kind === 'cancelled') return { type: 'canceled' };
  if (result.kind === 'expired') return { type: 'expired' };
  return result.status === 200
    ? { type: 'succeeded', message: result.body }
    : { type: 'errored', error: result.body };
}

function batchObject(batch: KeptBatch, origin: string): Anthropic.Messages.MessageBatch {
  const { id, createdAt, endedAt, cancelledAt, results = [], lines } = batch;
  const count = (type: string): number =>
    results.filter((one) => (resultObject(one) as { readonly type: string }).type === type).length;
  const isOver = endedAt !== undefined;
  return {
    id,
    type: 'message_batch',
    processing_status: isOver ? 'ended' : cancelledAt === undefined ? 'in_progress' : 'canceling',
    request_counts: {
      processing: isOver ? 0 : lines.length,
      succeeded: count('succeeded'),
      errored: count('errored'),
      canceled: count('canceled'),
      expired: count('expired'),
    },
    created_at: moment(createdAt),
    expires_at: moment(createdAt + 86_400_000),
    ended_at: isOver ? moment(endedAt) : null,
    cancel_initiated_at: cancelledAt === undefined ? null : moment(cancelledAt),
    archived_at: null,
    results_url: isOver ? `${origin}/v1/messages/batches/${id}/results` : null,
  };
}

function moment(ms: number): string {
  return new Date(ms).toISOString();
}
