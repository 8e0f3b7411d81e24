import type { ConformanceRule } from './rule.ts';
import { transportRules } from './transport/bench.ts';
import { claimRules } from './transport/claim-rules.ts';
import { fenceRules } from './transport/fence-rules.ts';
import { queueRules } from './transport/queue-rules.ts';
import type { TransportSubject } from './transport/subject.ts';

/**
 * What every `TaskTransport` must keep. Each rule has a place of its own; rules may run in any order, or at once. One lets a
 * claim run out, which takes as long as the transport says (`lossMs`), and somewhat more.
 */
export function transportConformance(subject: TransportSubject): ConformanceRule[] {
  const rule = transportRules(subject);
  return [...queueRules(rule), ...claimRules(rule), ...fenceRules(rule)];
}
