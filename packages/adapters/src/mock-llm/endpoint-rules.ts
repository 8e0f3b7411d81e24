import type { MockStatus } from './mock-reply.ts';

/** What happens to requests that ask no model: listings, counts, loads, files, batches. */
export interface MockEndpointRule {
  /** Says what the rule is for; shown in the journal of requests. */
  readonly name: string;
  /** Which paths it is for. */
  readonly path: RegExp;
  /** The default is every method. */
  readonly method?: string;
  /** Applies to the first n matching requests only; the default is all of them. */
  readonly times?: number;
  /** How long to wait before the answer, in ms; the default is 0. */
  readonly afterMs?: number;
  /** What goes wrong; the default is nothing. */
  readonly fault?: MockEndpointFault;
}

/**
 * What goes wrong with an answer that is one document. All kinds but `status` send its first half: then the connection is
 * destroyed (`cut`), the body ends (`truncated`), nothing more comes (`stall`), or what comes is no JSON (`malformed`).
 */
export type MockEndpointFault =
  | ({ readonly kind: 'status' } & MockStatus)
  | { readonly kind: 'cut' | 'truncated' | 'stall' | 'malformed' };

/** Finds the rule for a request, counting the `times` of each. */
export function createEndpointRules(
  rules: readonly MockEndpointRule[] = [],
): (method: string, path: string) => MockEndpointRule | undefined {
  const counted = rules.map((rule) => ({ rule, left: rule.times ?? Infinity }));
  return (method, path) => {
    const match = counted.find(
      // `search` keeps no state, where `test` would with a pattern that is global.
      ({ rule, left }) =>
        left > 0 && (rule.method ?? method) === method && path.search(rule.path) >= 0,
    );
    if (match !== undefined) match.left--;
    return match?.rule;
  };
}
