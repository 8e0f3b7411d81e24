import { Buffer } from 'node:buffer';

/** A file's content as ours, from any form that the AI SDK gives it: base64 text, or a URL. */
export function fileData(data: unknown): string {
  if (typeof data === 'string') return data;
  if (data instanceof Uint8Array) return Buffer.from(data).toString('base64');
  if (data instanceof URL) return data.href;
  const tagged = (data ?? {}) as {
    readonly data?: unknown;
    readonly url?: unknown;
    text?: unknown;
  };
  if (typeof tagged.text === 'string') return Buffer.from(tagged.text).toString('base64');
  return fileData(tagged.data ?? tagged.url ?? '');
}
