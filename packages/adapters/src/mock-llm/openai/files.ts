import type OpenAI from 'openai';
import type { KeptBatch, KeptFile } from '../batch/batch-shelf.ts';
import type { Endpoint, Told } from '../endpoint.ts';
import { asText } from '../json-reader.ts';
import { pageOf } from '../page.ts';
import { openaiWire } from './wire.ts';

/** `POST /v1/files`, as a form. */
export const uploadFile: Endpoint = {
  wire: openaiWire,
  answer({ batches, body, now }) {
    const text = asText(body['file']);
    if (asText(body['purpose']) !== 'batch' || text === '')
      return {
        kind: 'refused',
        failure: { status: 400, message: "'file' and the purpose 'batch' are needed." },
      };
    const file = batches.addFile(asText(body['file.name']), text, now);
    return { kind: 'told', body: fileObject(file, 'batch') };
  },
};

/** `GET /v1/files`: what was uploaded, the newest first. */
export const listFiles: Endpoint = {
  wire: openaiWire,
  answer({ batches, query }) {
    const limit = Number(query.get('limit') ?? 10_000);
    const { page, hasMore } = pageOf(batches.files(), limit, query.get('after') ?? '');
    const data = page.map((file) => fileObject(file, 'batch'));
    return { kind: 'told', body: { object: 'list', data, has_more: hasMore } };
  },
};

/** `GET /v1/files/{id}`. */
export const getFile: Endpoint = {
  wire: openaiWire,
  answer({ batches, id }) {
    const kept = batches.file(id);
    if (kept !== undefined) return { kind: 'told', body: fileObject(kept, 'batch') };
    const text = resultsText(id, (batch) => batches.find(batch));
    if (text === undefined) return noFile(id);
    const createdAt = batches.find(batchIn(id))?.endedAt ?? 0;
    const file = { id, name: `${id}.jsonl`, text, createdAt };
    return { kind: 'told', body: fileObject(file, 'batch_output') };
  },
};

/** `DELETE /v1/files/{id}`. */
export const deleteFile: Endpoint = {
  wire: openaiWire,
  answer({ batches, id }) {
    if (!batches.forget(id)) return noFile(id);
    return { kind: 'told', body: { id, object: 'file', deleted: true } };
  },
};

/** `GET /v1/files/{id}/content`: what was uploaded, or what came of a batch. */
export const fileContent: Endpoint = {
  wire: openaiWire,
  answer({ batches, id }) {
    const text = batches.file(id)?.text ?? resultsText(id, (batch) => batches.find(batch));
    if (text === undefined) return noFile(id);
    return { kind: 'text', type: 'application/octet-stream', text };
  },
};

function fileObject(
  { id, name, text, createdAt }: KeptFile,
  purpose: OpenAI.FileObject['purpose'],
): OpenAI.FileObject {
  return {
    id,
    object: 'file',
    bytes: Buffer.byteLength(text),
    created_at: Math.floor(createdAt / 1000),
    filename: name,
    purpose,
    status: 'processed',
  };
}

function noFile(id: string): Told {
  return { kind: 'refused', failure: { status: 404, message: `No such File object: ${id}` } };
}

/** The files of a batch are named for it. */
function batchIn(id: string): string {
  return id.replace(/-(output|errors)$/, '');
}

function resultsText(
  id: string,
  find: (batch: string) => KeptBatch | undefined,
): string | undefined {
  const [, name, which] = /^(.+)-(output|errors)$/.exec(id) ?? [];
  const batch = find(name ?? '');
  if (batch?.results === undefined) return undefined;
  const lines = batch.results.flatMap((result, index) => {
    const isGood = result.kind === 'replied' && result.status === 200;
    if (isGood !== (which === 'output')) return [];
    const head = { id: `batch_req_${index}`, custom_id: batch.lines[index]?.id ?? '' };
    if (result.kind === 'replied') {
      const { status: status_code, body } = result;
      const response = { status_code, request_id: `req_${name}_${index}`, body };
      return [JSON.stringify({ ...head, response, error: null })];
    }
    const error = {
      code: result.kind === 'expired' ? 'batch_expired' : 'batch_cancelled',
      message:
        result.kind === 'expired'
          ? 'This request could not be executed before the completion window expired.'
          : 'This request was not executed since the batch was cancelled.',
    };
    return [JSON.stringify({ ...head, response: null, error })];
  });
  // The order of results is nobody's promise.
  return lines
    .reverse()
    .map((line) => `${line}\n`)
    .join('');
}
