import type { BreakerState } from './breaker.ts';

/**
 * What a breaker guards. `model`, `key`, `server`: calls of models; `model-key`: those of one model with one of its keys, where it has
 * several; `tool`: calls of a tool; `answers`, `embed`: lookups of answers from
 * before; `store`: writes of the journal; `limits`: the store of shared limits; `host`: whatever the option `breakers` names, such as an MCP server or a webhook.
 */
export type BreakerKind =
  | 'model'
  | 'key'
  | 'model-key'
  | 'server'
  | 'tool'
  | 'answers'
  | 'embed'
  | 'store'
  | 'limits'
  | 'host';

/** How one breaker stands, for people. */
export interface BreakerStanding {
  readonly kind: BreakerKind;
  readonly name: string;
  /** Whose calls pass it, by name in the team; absent where that is not of models. */
  readonly models?: readonly string[];
  /** The name of the key that it guards, of models that have several. */
  readonly keyName?: string;
  /** `open`: left alone. `probing`: one call is trying it. */
  readonly state: 'closed' | 'open' | 'probing';
  /** Failures in a row. */
  readonly failures: number;
  /** The latest fault, in words; `undefined` while there is none. */
  readonly why: string | undefined;
  /** Since when the present trouble lasts, epoch ms; `undefined` while there is none. */
  readonly sinceAt: number | undefined;
  /** When the next call may try it, epoch ms; `undefined` unless it is open. */
  readonly untilAt: number | undefined;
}

/** A breaker's state, for people. Pure. */
export function standingOf(
  kind: BreakerKind,
  name: string,
  { phase, failures, why, sinceAt }: BreakerState,
): BreakerStanding {
  const isWell = phase.kind === 'closed' && failures === 0;
  return {
    kind,
    name,
    state: phase.kind,
    failures,
    why: isWell || why === '' ? undefined : why,
    sinceAt: isWell ? undefined : sinceAt,
    untilAt: phase.kind === 'open' ? phase.untilAt : undefined,
  };
}
