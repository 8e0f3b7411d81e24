import type { RecordedFailure } from './recorded.ts';

/** What the network said, from the innermost cause of what `fetch` threw. */
export function failureOf(error: unknown): RecordedFailure {
  let root = error;
  for (let depth = 0; depth < 5 && root instanceof Error && root.cause instanceof Error; depth++)
    root = root.cause;
  const message = root instanceof Error ? root.message : String(root);
  const code = (root as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? { message, code } : { message };
}

/** The failure as `fetch` throws it: `fetch failed` before an answer, `terminated` in one. */
export function fetchError(
  what: 'fetch failed' | 'terminated',
  { message, code }: RecordedFailure,
): TypeError {
  const cause = Object.assign(new Error(message), code === undefined ? {} : { code });
  return new TypeError(what, { cause });
}
