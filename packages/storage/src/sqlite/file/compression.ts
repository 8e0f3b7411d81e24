/** What is compressed: nothing, large strings and snapshots, or events as well. */
export type Compression = 'none' | 'large' | 'all';
