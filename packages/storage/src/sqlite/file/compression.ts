/** What is compressed: nothing, large strings and snapshots, or events as well. */
export type Compression = 'none' | 'large' | 'all';

/** What is compressed where a store was told so, or nothing. */
export function compressionOf(compress: boolean | 'all' = true): Compression {
  if (compress === 'all') return 'all';
  return compress ? 'large' : 'none';
}
