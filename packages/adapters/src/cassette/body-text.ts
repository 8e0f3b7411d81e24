import type { Json } from '@overseer/core/spec';
import type { RecordedBody, RecordedChunk } from './recorded.ts';

/** The body of a request, where it has one. */
export async function bytesOf(request: Request): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
}

/** A request's body as a cassette writes it. */
export function recordedBody(bytes: Uint8Array): RecordedBody {
  const text = textOf(bytes);
  if (text === undefined) return { kind: 'base64', value: Buffer.from(bytes).toString('base64') };
  try {
    return { kind: 'json', value: JSON.parse(text) as Json };
  } catch {
    return { kind: 'text', value: text };
  }
}

/** A piece of an answer as a cassette writes it. */
export function recordedChunk(afterMs: number, bytes: Uint8Array): RecordedChunk {
  const text = textOf(bytes);
  return text === undefined
    ? { afterMs, base64: Buffer.from(bytes).toString('base64') }
    : { afterMs, text };
}

/** The bytes of a piece. */
export function chunkBytes({ text, base64 }: RecordedChunk): Uint8Array {
  return text === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text);
}

/** The text of bytes that are whole UTF-8. A byte order mark is part of it. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
