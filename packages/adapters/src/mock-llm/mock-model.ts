import type { MockStatus } from './mock-reply.ts';

/** One model of a mock service: its limits, its speed, and whether it is there at all. */
export interface MockModel {
  readonly id: string;
  /**
   * How many requests, and `tokens` of input, any window of `perMs` admits: exact and rolling. Every reply then carries the
   * provider's rate-limit headers, and what is too much is refused with 429 and `retry-after`. `perKey`: each key has a window of its own.
   */
  readonly limit?: {
    readonly requests: number;
    readonly tokens?: number;
    readonly perMs: number;
    readonly perKey?: boolean;
  };
  /** Speed after the first token; the default is as fast as the client reads. */
  readonly tokensPerSecond?: number;
  /** Time before the first token, in ms; the default is 0. */
  readonly firstTokenMs?: number;
  /** Varies every wait by up to this share of it, both ways, from the service's seed; the default is 0. */
  readonly jitter?: number;
  /** Not there: `true` destroys the connection, a status answers every request with it. Neither is admitted by `limit`. */
  readonly down?: boolean | MockStatus;
  /** Tokens of input that it accepts; a longer request gets the provider's own error. The default is 200,000. */
  readonly contextWindow?: number;
  /** Whether a local server has it in memory, as LM Studio lists it; the default is `loaded`. */
  readonly state?: MockModelState;
  /** How long a local server takes to bring it into memory, in ms; the default is 0. */
  readonly loadMs?: number;
  /** What a local server says that it can do, in Ollama's words; the default is `completion`, `tools`, `thinking` and `vision`. */
  readonly capabilities?: readonly string[];
}

/** Where a local model is: in memory, in memory and unused, or on disk until its first request. */
export type MockModelState = 'loaded' | 'idle' | 'not-loaded';
