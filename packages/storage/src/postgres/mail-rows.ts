import type { Json } from '@overseer/core/spec';

/** In SQL: which messages wait. */
export const WAITS = 'gone_at IS NULL AND aside IS NULL';

/** In SQL: which messages were set aside. */
export const IS_ASIDE = 'gone_at IS NULL AND aside IS NOT NULL';

/** In SQL: how a message is taken out. Its content goes, and its id stays for a while, for whoever is in doubt whether it was put. */
export const GONE = "gone_at = now(), aside = NULL, codec = 1, body = ''";

/** Where a message belongs. */
export function mailPlace(stream: string, id: string): string {
  return JSON.stringify(['mail', stream, id]);
}

/** What the opened content of a message says; `undefined` where it cannot be read. */
export function bodyOf(content: Buffer): Json | undefined {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
}
