import type { ConformanceRule } from './rule.ts';
import { appendRules } from './store/append-rules.ts';
import { eraseRules } from './store/erase-rules.ts';
import { leaseRules } from './store/lease-rules.ts';
import { mailRules } from './store/mail-rules.ts';
import { readRules } from './store/read-rules.ts';
import { reopenRules } from './store/reopen-rules.ts';
import type { StoreSubject } from './store/subject.ts';
import { valueRules } from './store/value-rules.ts';

/**
 * What every `StateStore` must keep. Each rule opens its own store and closes it; rules may run in any order, or at
 * once. Give `reopen` whenever the store's contents can be opened a second time.
 */
export function stateStoreConformance(subject: StoreSubject): ConformanceRule[] {
  const { open, reopen } = subject;
  return [
    ...appendRules(subject),
    ...readRules(subject),
    ...valueRules(subject),
    ...leaseRules(subject),
    ...eraseRules(subject),
    ...mailRules(subject),
    ...(reopen === undefined ? [] : reopenRules({ open, reopen })),
  ];
}
