import type OpenAI from 'openai';
import type { KeptBatch } from '../batch/batch-shelf.ts';
import type { Endpoint } from '../endpoint.ts';
import { asText } from '../json-reader.ts';
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
    const { id, name } = batches.addFile(asText(body['file.name']), text, now);
    const told: OpenAI.FileObject = {
      id,
      object: 'file',
      bytes: Buffer.byteLength(text),
      created_at: Math.floor(now / 1000),
      filename: name,
      purpose: 'batch',
      status: 'processed',
    };
    return { kind: 'told', body: told };
  },
};

/** `GET /v1/files/{id}/content`: what was uploaded, or what came of a batch. */
export const fileContent: Endpoint = {
  wire: openaiWire,
  answer({ batches, id }) {
    const text = batches.file(id)?.text ?? resultsText(id, (batch) => batches.find(batch));
    if (text === undefined)
      return { kind: 'refused', failure: { status: 404, message: `No such File object: ${id}` } };
    return { kind: 'text', type: 'application/octet-stream', text };
  },
};

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
