import { ModelError } from '@overseer/core/plugin';

/** The text that base64 holds as UTF-8. Throws `ModelError` `invalid` for what is no base64: the host gave it. */
export function decodeText(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(bytesOf(base64), (byte) => byte.charCodeAt(0)));
}

function bytesOf(base64: string): string {
  try {
    return atob(base64);
  } catch (cause) {
    throw notBase64(cause);
  }
}

function notBase64(cause: unknown): ModelError {
  const what = 'the data of a text file is no base64; give its bytes so, or put it as a text';
  return new ModelError('invalid', `the request cannot be sent: ${what}`, { cause });
}
