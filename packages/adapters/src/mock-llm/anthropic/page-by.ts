import { type Page, pageOf } from '../page.ts';

/** One page by Anthropic's query: `limit`, and the id after which it begins, or before which it ends. */
export function pageBy<T extends { readonly id: string }>(
  all: readonly T[],
  query: URLSearchParams,
): Page<T> {
  const limit = Number(query.get('limit') ?? 20);
  const before = query.get('before_id');
  if (before === null) return pageOf(all, limit, query.get('after_id') ?? '');
  const end = all.findIndex(({ id }) => id === before);
  const start = Math.max(0, end - limit);
  return { page: all.slice(start, Math.max(0, end)), hasMore: start > 0 };
}
