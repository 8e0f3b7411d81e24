import type { Model } from '../../spec/model.ts';

/**
 * Something that not every provider's wire can carry. `parallel-tools`: several calls of tools in one answer; `fetch`:
 * `CallContext.fetch`; `network`: a server at all, which an engine in this process, or in one of its own, has not.
 */
export type ModelFeature =
  | 'tools'
  | 'parallel-tools'
  | 'reasoning'
  | 'cache'
  | 'rate'
  | 'fetch'
  | 'network';

/** What a conformance run of a model adapter needs. */
export interface ModelConformanceOptions {
  /**
   * A model whose server behaves as its name says: `m` answers "Hello from mock.", `m-tool` calls `get_weather` with
   * `{"city":"Oslo"}` and answers in words once it has the result, `m-tools` does so for Oslo and Bergen at once, `m-unicode`
   * says "Grüße, 世界 👋🏽!", `m-think` reasons "Let me think." and then answers,
   * `m-large` says "Hello from mock." again and again, 10,485,760 characters in pieces of no more than 1,024,
   * `m-cache` reports 14 input tokens of which 5 were read from and 2 written to a cache, and 4 output tokens, `m-slow`
   * never ends, `trunc` ends its stream early without a word, `midstream` sends the provider's error after some text, `cut`
   * destroys the connection after some text, `malformed` sends a piece that is no JSON, and `err-<status>[-<seconds>]`
   * refuses, with `retry-after` where seconds are given. Disposed after each rule where it is `Disposable`.
   */
  readonly create: (modelName: string) => Model;
  /** How many requests the server has seen whose client left before the answer was whole. */
  readonly closedEarly?: () => number | Promise<number>;
  /**
   * What the provider's wire cannot carry at all. A model without `tools` or `fetch` (`CallContext.fetch`) must answer
   * `unsupported` where it is asked for it; one without `network` must answer all the same, without a use of what it is given.
   */
  readonly without?: readonly ModelFeature[];
}
