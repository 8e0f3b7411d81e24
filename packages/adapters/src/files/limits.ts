/** Bounds of the file tools; all have defaults. */
export interface FileToolsOptions {
  /** Bytes of the largest file that is read or written; 1 MiB unless told. */
  readonly maxFileBytes?: number;
  /** Bytes of the largest result; 64 KiB unless told. */
  readonly maxResultBytes?: number;
  /** Entries of the longest list; 2,000 unless told. */
  readonly maxEntries?: number;
  /** Matches of the longest search result; 200 unless told. */
  readonly maxMatches?: number;
  /** Bytes that one search reads; 64 MiB unless told. */
  readonly maxSearchBytes?: number;
  /** Of each call, in ms; 30 s unless told. */
  readonly timeoutMs?: number;
}

/** The options with every default filled in. */
export type FileLimits = Required<FileToolsOptions>;

/** Fills in the defaults. */
export function fileLimits(options: FileToolsOptions = {}): FileLimits {
  return {
    maxFileBytes: 1_048_576,
    maxResultBytes: 65_536,
    maxEntries: 2_000,
    maxMatches: 200,
    maxSearchBytes: 67_108_864,
    timeoutMs: 30_000,
    ...options,
  };
}
