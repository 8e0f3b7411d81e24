import pLimit from 'p-limit';

/**
 * What `work` gives for each item, in their order, with at most `atOnce` of them under way. Rejects as the first that
 * does, and begins nothing more then.
 */
export function mapBounded<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const limit = pLimit(atOnce);
  return limit.map(items, async (item) => {
    try {
      return await work(item);
    } catch (error) {
      // Before its place is given to the next.
      limit.clearQueue();
      throw error;
    }
  });
}
