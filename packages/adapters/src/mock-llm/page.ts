/** One page of a list. */
export interface Page<T> {
  readonly page: readonly T[];
  readonly hasMore: boolean;
}

/** The page of so many that begins after that id, or at the beginning where it is empty. */
export function pageOf<T extends { readonly id: string }>(
  all: readonly T[],
  limit: number,
  after: string,
): Page<T> {
  const start = after === '' ? 0 : all.findIndex(({ id }) => id === after) + 1;
  return pageFrom(all, limit, start);
}

/** The page of so many that begins at that place. */
function pageFrom<T>(all: readonly T[], limit: number, start: number): Page<T> {
  return { page: all.slice(start, start + limit), hasMore: start + limit < all.length };
}

/** One page where the token of the next is its place; `next` is empty after the last. */
export function pageByToken<T>(
  all: readonly T[],
  limit: number,
  token: string | null,
): { readonly page: readonly T[]; readonly next: string } {
  const start = Number(token ?? 0);
  const { page, hasMore } = pageFrom(all, limit, start);
  return { page, next: hasMore ? String(start + limit) : '' };
}
