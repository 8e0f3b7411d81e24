/** The key of `BufferedIterator`'s one method. */
export const READY: unique symbol = Symbol.for('overseer.ready') as never;

/**
 * An asynchronous iterator that also hands over, without a promise, what has already come. A model's stream may be one:
 * reading a token at a time through promises costs more than parsing it.
 */
export interface BufferedIterator<T> extends AsyncIterator<T, undefined> {
  /** The next item where it is there already; `undefined` where only `next()` can tell. Never throws. */
  [READY](): T | undefined;
}

/** Whether an iterator can hand over what has come. */
export function isBuffered<T>(iterator: AsyncIterator<T>): iterator is BufferedIterator<T> {
  return READY in iterator;
}
