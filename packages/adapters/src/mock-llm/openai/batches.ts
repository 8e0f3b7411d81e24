import type OpenAI from 'openai';
import type { BatchLine, KeptBatch } from '../batch/batch-shelf.ts';
import type { Endpoint, Question, Told } from '../endpoint.ts';
import { asObject, asText, parsedOr } from '../json-reader.ts';
import { pageOf } from '../page.ts';
import { openaiWire } from './wire.ts';

const PREFIX = 'batch_';

/** `POST /v1/batches`. */
export const createBatch: Endpoint = {
  wire: openaiWire,
  answer(question) {
    const { batches, body, now } = question;
    const inputFile = asText(body['input_file_id']);
    const file = batches.file(inputFile);
    if (file === undefined) return refused(400, `Invalid 'input_file_id': no file '${inputFile}'.`);
    const path = asText(body['endpoint']);
    const metadata = body['metadata'] === undefined ? null : asObject(body['metadata']);
    const unfit = Object.values(metadata ?? {}).some((value) => asText(value).length > 512);
    if (unfit || Object.keys(metadata ?? {}).length > 16)
      return refused(400, "Invalid 'metadata': at most 16 values of 512 characters.");
    const lines = linesOf(file.text);
    if (new Set(lines.map(({ id }) => id)).size < lines.length)
      return refused(400, 'The custom_id of each request must be unique.');
    const made = { createdAt: now, path, lines, metadata, inputFile };
    return { kind: 'told', body: batchObject(batches.add(made, PREFIX)) };
  },
};

/** `GET /v1/batches`. */
export const listBatches: Endpoint = {
  wire: openaiWire,
  answer({ batches, query, now, answerLine }) {
    const limit = Number(query.get('limit') ?? 20);
    const all = batches.list(PREFIX).map((batch) => batches.bring(batch, now, answerLine));
    const { page, hasMore } = pageOf(all, limit, query.get('after') ?? '');
    const data = page.map(batchObject);
    return { kind: 'told', body: { object: 'list', data, has_more: hasMore } };
  },
};

/** `GET /v1/batches/{id}`. */
export const getBatch: Endpoint = {
  wire: openaiWire,
  answer: (question) => aboutBatch(question, () => undefined),
};

/** `POST /v1/batches/{id}/cancel`. */
export const cancelBatch: Endpoint = {
  wire: openaiWire,
  answer: (question) =>
    aboutBatch(question, (batch) => {
      if (batch.endedAt === undefined) batch.cancelledAt = question.now;
    }),
};

function aboutBatch(question: Question, order: (batch: KeptBatch) => void): Told {
  const { batches, id, now, answerLine } = question;
  const batch = batches.find(id);
  if (batch === undefined) return refused(404, `No batch found with id '${id}'.`);
  order(batch);
  return { kind: 'told', body: batchObject(batches.bring(batch, now, answerLine)) };
}

function refused(status: number, message: string): Told {
  return { kind: 'refused', failure: { status, message } };
}

function linesOf(text: string): readonly BatchLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { custom_id: id, body } = asObject(parsedOr(line));
      return { id: asText(id), body: asObject(body) };
    });
}

function batchObject(batch: KeptBatch): OpenAI.Batch {
  const { id, createdAt, endedAt, results = [], lines, metadata, refused: why } = batch;
  const good = results.filter((one) => one.kind === 'replied' && one.status === 200).length;
  const status = statusOf(batch);
  return {
    id,
    object: 'batch',
    endpoint: batch.path,
    completion_window: '24h',
    created_at: seconds(createdAt),
    expires_at: seconds(createdAt + 86_400_000),
    input_file_id: batch.inputFile,
    metadata: metadata as Record<string, string> | null,
    in_progress_at: seconds(createdAt),
    status,
    ...(endedAt === undefined ? {} : { [`${status}_at`]: seconds(endedAt) }),
    request_counts: {
      total: lines.length,
      completed: good,
      failed: results.length - good,
    },
    ...(why === undefined
      ? {}
      : { errors: { object: 'list', data: [{ code: 'invalid_batch', message: why }] } }),
    ...(good > 0 ? { output_file_id: `${id}-output` } : {}),
    ...(results.length > good ? { error_file_id: `${id}-errors` } : {}),
  };
}

function statusOf({
  endedAt,
  refused: why,
  cancelledAt,
  results = [],
}: KeptBatch): OpenAI.Batch['status'] {
  if (endedAt === undefined) return 'in_progress';
  if (why !== undefined) return 'failed';
  if (cancelledAt !== undefined) return 'cancelled';
  return results.some(({ kind }) => kind === 'expired') ? 'expired' : 'completed';
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
