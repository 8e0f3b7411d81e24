import type { Clock } from '@overseer/core/plugin';
import type { Connection } from './connection.ts';
import type { Settlement } from './counts.ts';
import type { Decision } from './decide.ts';
import type { Dialect } from './dialect.ts';
import type { Headers } from './wire.ts';

/** A reply on its way: what is decided, and the means to send it. */
export interface Delivery {
  readonly decision: Extract<Decision, { kind: 'reply' }>;
  readonly dialect: Dialect;
  readonly connection: Connection;
  readonly headers: Headers;
  readonly requestId: string;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Says how it ended, before the closing bytes leave: a client that has the end of a reply finds it counted. */
  readonly settle: (outcome: Outcome) => void;
}

/** How a request ended, its model aside. Conditional so that it applies to each kind of settlement by itself. */
export type Outcome = Settlement extends infer S ? WithoutModel<S> : never;

type WithoutModel<S> = S extends Settlement ? Omit<S, 'model'> : never;

/** The outcome of a reply that is sent whole. */
export function completedOutcome({ decision }: Delivery): Outcome {
  const { input, output } = decision.answer.usage;
  return { outcome: 'completed', inputTokens: input, outputTokens: output };
}

/** How long to wait before a token (0 is the first), in ms. */
export function waitBefore(token: number, { decision, random }: Delivery): number {
  const { firstTokenMs, tokenMs, jitter } = decision.pace;
  const ms = token === 0 ? firstTokenMs : tokenMs;
  return jitter === 0 ? ms : ms * (1 + jitter * (2 * random() - 1));
}
