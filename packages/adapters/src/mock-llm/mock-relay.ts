/** Who answers in the place of models. */
export interface MockRelay {
  /** Has the answers. */
  readonly fetch: typeof globalThis.fetch;
  /** What requests are passed on to: what comes before the path, without a slash at its end. The default is no real place. */
  readonly origin?: string;
}
