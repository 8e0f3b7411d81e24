import type { BudgetScope, BudgetSpec, SharedBudgets } from '../spec/limit.ts';

/** The budget that is set for one user or tenant, by name or for everyone (`*`); `undefined` where there is none. */
export function specOfScope(specs: SharedBudgets, scope: BudgetScope): BudgetSpec | undefined {
  const [kind, ...rest] = scope.split(':');
  const ofKind = kind === 'user' ? specs.users : specs.tenants;
  const name = rest.join(':');
  return ofKind !== undefined && Object.hasOwn(ofKind, name) ? ofKind[name] : ofKind?.['*'];
}
