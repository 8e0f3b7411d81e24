import { checkBudgetPrices, sharedSpecs } from './check-prices.ts';
import { rulesOf } from './create-limits.ts';
import { ConfigError } from './errors/config-error.ts';
import { suggest } from './internal/nearest.ts';
import { isGauge } from './limit/parse-limit.ts';
import type { Member } from './route/member.ts';
import type { Settings } from './run/settings.ts';
import type { BudgetSpec } from './spec/limit.ts';
import type { ModelEntry } from './spec/plugin.ts';

/**
 * Checks a model that comes into a team at work, or is changed in it. Throws `ConfigError`: `config.invalid`,
 * `config.duplicate`, `config.unknown-role`, `config.unknown-model`, `config.limit`, `config.price`.
 */
export async function checkEntry(
  settings: Settings,
  name: string,
  entry: ModelEntry,
  as: 'new' | 'known',
  change: object = entry,
  budgetsOfRuns: Iterable<BudgetSpec | undefined> = [],
): Promise<void> {
  // The schema library costs more to load than the whole kernel, so it comes when it is needed.
  const { modelEntry } = await import('./options-schema.ts');
  const result = modelEntry.safeParse(entry);
  if (!result.success) {
    const problems = result.error.issues.map(
      ({ path, message }) => `  ${[name, ...path].join('.')}: ${message}`,
    );
    throw new ConfigError(
      'config.invalid',
      `The model ${name} is described wrongly:\n${problems.join('\n')}`,
    );
  }
  if (typeof name !== 'string' || !/^[^\p{Cc}]{1,200}$/u.test(name)) {
    throw new ConfigError(
      'config.invalid',
      'The name of a model is a line of 1 to 200 characters.',
    );
  }
  if (as === 'new' && settings.members.has(name)) {
    throw new ConfigError(
      'config.duplicate',
      `There is a model ${JSON.stringify(name)} in the team already; change it with reconfigureModel(), or choose another name.`,
    );
  }
  checkNames(settings, name, entry);
  checkLimits(settings, name, entry, as, change);
  checkBudgets(settings, name, entry, budgetsOfRuns);
}

/** The model of the team with this name. Throws `ConfigError` `config.unknown-model`. */
export function requireModel({ members }: Pick<Settings, 'members'>, name: string): Member {
  const member = members.get(name);
  if (member !== undefined) return member;
  throw new ConfigError(
    'config.unknown-model',
    `There is no model ${JSON.stringify(name)} in the team; ${suggest(name, [...members.keys()])}.`,
  );
}

function checkNames({ roles, members }: Settings, name: string, entry: ModelEntry): void {
  const { role, fallback = [] } = entry;
  if (role !== undefined && !roles.names.includes(role)) {
    throw new ConfigError(
      'config.unknown-role',
      `Unknown name for the role of ${name}: ${JSON.stringify(role)}; ${suggest(role, roles.names)}.`,
    );
  }
  const known = [...members.keys()].filter((other) => other !== name);
  const unknown = fallback.find((other) => !known.includes(other));
  if (unknown === undefined) return;
  throw new ConfigError(
    'config.unknown-model',
    `Unknown name for the fallback of ${name}: ${JSON.stringify(unknown)}; ${suggest(unknown, known)}.`,
  );
}

function checkLimits(
  { shared, samplers, transport }: Settings,
  name: string,
  entry: ModelEntry,
  as: 'new' | 'known',
  change: object,
): void {
  if (shared.hasJoint && (as === 'new' || 'limits' in change || 'key' in change)) {
    throw new ConfigError(
      'config.limit',
      `Limits are kept together with other processes, which agreed on them when they started: ${name} comes, and its limits or key change, by the options of a restart.`,
    );
  }
  if (entry.workers === true && transport === undefined) {
    throw new ConfigError(
      'config.invalid',
      `The calls of ${name} are to be made by workers, and there is no option transport that would bring them there.`,
    );
  }
  const gauges = rulesOf(`model ${name}`, entry.limits).filter(isGauge);
  const known = ['cpu', 'memory', ...samplers.keys()];
  const unknown = gauges.find(({ gauge }) => !samplers.has(gauge));
  if (unknown === undefined) return;
  throw new ConfigError(
    'config.limit',
    `Nothing measures the gauge ${JSON.stringify(unknown.gauge)} of a limit of ${name} yet: it is measured only where a limit of the options looks at it; ${suggest(unknown.gauge, known)}.`,
  );
}

function checkBudgets(
  { budget, budgets }: Settings,
  name: string,
  entry: ModelEntry,
  ofRuns: Iterable<BudgetSpec | undefined>,
): void {
  const { model, price = model.info.price } = entry;
  const specs: readonly (BudgetSpec | undefined)[] = [
    budget,
    ...sharedSpecs(budgets),
    budgets?.models?.[name],
    ...ofRuns,
  ];
  for (const spec of specs) checkBudgetPrices(spec, [{ name, model, price }]);
}
