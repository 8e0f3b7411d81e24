import { checkPrices } from './check-prices.ts';
import { ConfigError } from './errors/config-error.ts';
import { OverseerError } from './errors/overseer-error.ts';
import { suggest } from './internal/nearest.ts';
import { apartProblem } from './limit/apart-limits.ts';
import { memoryOf } from './limit/create-window.ts';
import { describeLimit } from './limit/describe-limit.ts';
import { isGauge, normaliseLimit } from './limit/parse-limit.ts';
import { type JointScope, type ModelPlace, SharedLimits } from './limit/shared-limits.ts';
import type { SharedLimit, SharedLimitsOptions } from './limit-options.ts';
import type { OverseerOptions } from './options.ts';
import { projectIdOf } from './project/project-options.ts';
import type { GaugeRule, Limit, LimitRule } from './spec/limit.ts';
import type { ModelEntry } from './spec/plugin.ts';

type Rules = readonly (LimitRule | GaugeRule)[];
type Entries = Readonly<Record<string, ModelEntry>>;

/** The gauges that every host has. */
const HOST_GAUGES = ['cpu', 'memory'];

/**
 * Makes the limits that models share out of the options. Throws `ConfigError`: `config.limit` for a limit or a name that
 * is wrong, `config.unknown-model` for a pool of a model that is not there, `config.price` for dollars that cannot be
 * counted.
 */
export function createSharedLimits(
  options: Pick<OverseerOptions, 'limits' | 'pools' | 'gauges' | 'project' | 'sharedLimits'>,
  models: Entries,
): SharedLimits {
  const project = projectIdOf(options.project);
  const scopes = (options.limits ?? []).map((limit, index) =>
    scopeOf(limit, `limits[${index}]`, project, models),
  );
  for (const { owner } of scopes) {
    const its = scopes.filter((scope) => scope.owner === owner);
    checkApart(
      owner,
      its.flatMap(({ rules }) => rules),
    );
  }
  const shared = new SharedLimits({
    scopes,
    pools: Object.entries(options.pools ?? {}).map(([name, pool]) => {
      checkPoolNames(name, pool, models);
      const rules = rulesOf(`pool ${name}`, pool.limits);
      checkDollars(rules, pool.of, models);
      return { name, of: pool.of, weights: pool.weights as Weights, rules };
    }),
    project,
    joint: options.sharedLimits && jointScopesOf(options.sharedLimits),
    models: new Map(Object.entries(models).map(([name, entry]) => [name, placeOf(entry)])),
  });
  return shared;
}

/** Whose limits are kept together with other processes. */
export function jointScopesOf({ per }: SharedLimitsOptions): ReadonlySet<JointScope> {
  return new Set(per ?? ['model', 'pool', 'provider', 'key', 'user', 'tenant', 'project', 'all']);
}

type Weights = Readonly<Record<string, number>> | undefined;

/** The limits of one owner as data. Throws `ConfigError` (`config.limit`) that names the owner. */
export function rulesOf(owner: string, limits: readonly Limit[] = []): Rules {
  const rules = limits.map((limit) => {
    try {
      return normaliseLimit(limit);
    } catch (error) {
      throw OverseerError.is(error) ? wrongLimit(owner, error) : error;
    }
  });
  checkApart(owner, rules);
  return rules;
}

/** Throws `ConfigError` `config.limit` where two limits of one owner differ in their amount alone. */
export function checkApart(owner: string, rules: Rules): void {
  const problem = apartProblem(rules);
  if (problem !== undefined) {
    throw new ConfigError(
      'config.limit',
      `The limits of the ${owner} contradict each other: ${problem}`,
    );
  }
}

function wrongLimit(owner: string, cause: OverseerError): ConfigError {
  return new ConfigError(cause.code, `A limit of the ${owner} is wrong. ${cause.message}`, {
    cause,
  });
}

/** How far back any limit looks, in ms. */
export function longestMemory(models: Entries, shared: SharedLimits): number {
  const rules = Object.values(models).flatMap(({ limits = [] }) => limits.map(normaliseLimit));
  return Math.max(shared.memoryMs, ...rules.map((rule) => (isGauge(rule) ? 0 : memoryOf(rule))));
}

/** Checks that every gauge that some limit looks at can be read. Throws `ConfigError` (`config.limit`). */
export function checkGauges(shared: SharedLimits, gauges: OverseerOptions['gauges'] = {}): void {
  const known = [...HOST_GAUGES, ...Object.keys(gauges)];
  const unknown = shared.gauges.names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ConfigError(
    'config.limit',
    `Nothing measures the gauge ${JSON.stringify(unknown)} of a limit; ${suggest(unknown, known)}. Others come from the option gauges: { ${unknown}: () => 0.5 }.`,
  );
}

function scopeOf(
  { per, of, limits }: SharedLimit,
  where: string,
  project: string,
  models: Entries,
) {
  const covered = Object.entries(models).filter(([, entry]) => isCovered(per, of, entry));
  const values = valuesOf(per, project, models);
  if (of !== undefined && values !== undefined && !values.includes(of)) {
    throw new ConfigError(
      'config.limit',
      `Unknown ${per} in ${where}.of: ${JSON.stringify(of)}; ${suggest(of, values)}.`,
    );
  }
  if (per === 'all' && of !== undefined) {
    throw new ConfigError(
      'config.limit',
      `${where} is for all, so it is of nobody; leave "of" out.`,
    );
  }
  const owner = of === undefined ? per : `${per} ${of}`;
  const rules = rulesOf(owner, limits);
  if ((per === 'user' || per === 'tenant') && rules.some(isGauge)) {
    throw new ConfigError(
      'config.limit',
      `A gauge reads the same for every ${per}, so ${where} cannot be per ${per}; put it under per: 'all'.`,
    );
  }
  checkDollars(
    rules,
    covered.map(([name]) => name),
    models,
  );
  return { owner, per, of, rules };
}

function isCovered(per: SharedLimit['per'], of: string | undefined, entry: ModelEntry): boolean {
  if (of === undefined || (per !== 'provider' && per !== 'key')) return true;
  return ownersIn(entry, per).includes(of);
}

/** The names that there can be; `undefined` where runs bring them. */
function valuesOf(
  per: SharedLimit['per'],
  project: string,
  models: Entries,
): readonly string[] | undefined {
  if (per === 'project') return [project];
  if (per !== 'provider' && per !== 'key') return undefined;
  return [...new Set(Object.values(models).flatMap((entry) => ownersIn(entry, per)))];
}

/** What a model counts for in limits per provider and per key. */
export function placeOf({ model, key }: ModelEntry): ModelPlace {
  const { provider, keyNames = [] } = model.info;
  return { provider, keyNames, key: key ?? (keyNames.length === 0 ? provider : undefined) };
}

/** Whose limits calls of a model can count in, by name: of several keys, all. */
export function ownersIn(entry: ModelEntry, per: 'provider' | 'key'): readonly string[] {
  const { provider, key, keyNames } = placeOf(entry);
  if (per === 'provider') return [provider];
  return [...new Set([...keyNames, ...(key === undefined ? [] : [key])])];
}

function checkPoolNames(
  name: string,
  { of, weights = {} }: { readonly of: readonly string[]; readonly weights?: object },
  models: Entries,
): void {
  const known = Object.keys(models);
  const unknown = of.find((model) => !known.includes(model));
  if (unknown !== undefined) {
    throw new ConfigError(
      'config.unknown-model',
      `Unknown name for a model of the pool ${name}: ${JSON.stringify(unknown)}; ${suggest(unknown, known)}.`,
    );
  }
  const stranger = Object.keys(weights).find((model) => !of.includes(model));
  if (stranger === undefined) return;
  throw new ConfigError(
    'config.unknown-model',
    `The pool ${name} has a weight for ${JSON.stringify(stranger)}, which is not in it; ${suggest(stranger, of)}.`,
  );
}

function checkDollars(rules: Rules, names: readonly string[], models: Entries): void {
  const rule = rules.find((one) => !isGauge(one) && one.metric === 'usd');
  if (rule === undefined) return;
  const priced = names.flatMap((name) => {
    const entry = models[name];
    if (entry === undefined) return [];
    return [{ name, model: entry.model, price: entry.price ?? entry.model.info.price }];
  });
  checkPrices(`The limit "${describeLimit(rule)}"`, priced);
}
