import { jointScopesOf, ownersIn, rulesOf } from './create-limits.ts';
import { ConfigError } from './errors/config-error.ts';
import { describeLimit } from './limit/describe-limit.ts';
import { whyNotJoint } from './limit/joint-limit.ts';
import type { JointScope } from './limit/shared-limits.ts';
import type { SharedLimit, SharedLimitsOptions } from './limit-options.ts';
import type { OverseerOptions } from './options.ts';
import type { Limit } from './spec/limit.ts';
import type { ModelEntry } from './spec/plugin.ts';

type Entries = Readonly<Record<string, ModelEntry>>;
type Options = Pick<OverseerOptions, 'limits' | 'pools' | 'project' | 'sharedLimits'>;

/** How much longer than it says a window counts, for requests that are on their way. */
export const LEEWAY_MS = 250;

/** One owner's limits, with what they are shared by. */
interface Owned {
  readonly per: JointScope;
  readonly owner: string;
  /** Under which it is agreed upon, where that is another word. */
  readonly subject?: string;
  readonly limits: readonly Limit[];
}

/** Checks that limits which are to be kept together with other processes can be. Throws `ConfigError` (`config.limit`). */
export function checkJoint(options: Options, models: Entries): void {
  if (options.sharedLimits === undefined) return;
  const scopes = jointScopesOf(options.sharedLimits);
  for (const { per, owner, limits } of ownedBy(options, models)) {
    if (!scopes.has(per)) continue;
    const why = rulesOf(owner, limits)
      .map(whyNotJoint)
      .find((one) => one !== undefined);
    if (why === undefined) continue;
    const others = [...scopes].filter((one) => one !== per).map((one) => `'${one}'`);
    throw new ConfigError(
      'config.limit',
      `${why} of the ${owner}, which cannot be kept together with other processes; write it as a rolling or calendar window, or keep it to this process: sharedLimits: { per: [${others.join(', ')}] }.`,
    );
  }
}

/**
 * What all who share limits must agree on, by subject. Who has the same model, key, provider, project or pool must count its calls in
 * the same limits.
 */
export function jointTerms(
  options: Options,
  { leewayMs = LEEWAY_MS, ...shared }: SharedLimitsOptions,
  models: Entries,
): Readonly<Record<string, string>> {
  const scopes = jointScopesOf(shared);
  const terms = new Map<string, string[]>([['requests on their way', [`${leewayMs} ms`]]]);
  for (const subject of subjectsOf(options, models)) terms.set(subject, []);
  const says = (subject: string, what: readonly string[]): void => {
    terms.set(subject, [...(terms.get(subject) ?? []), ...what]);
  };
  for (const owned of ownedBy(options, models)) {
    if (scopes.has(owned.per)) says(owned.subject ?? owned.owner, wordsOf(owned));
  }
  if (scopes.has('pool')) {
    for (const [model, pool] of membersOf(options.pools)) says(model, [pool]);
  }
  return Object.fromEntries(
    [...terms].map(([subject, what]) => [subject, what.sort().join(', ') || 'no limits']),
  );
}

/** An owner's limits in words. */
function wordsOf({ owner, subject = owner, limits }: Owned): readonly string[] {
  const whose = subject === owner ? '' : ` of ${owner}`;
  return rulesOf(owner, limits).flatMap((rule) =>
    'gauge' in rule ? [] : [`${describeLimit(rule)}${whose}`],
  );
}

/** Which models draw on which pool, and by how much. */
function membersOf(pools: Options['pools'] = {}): readonly (readonly [string, string])[] {
  return Object.entries(pools).flatMap(([pool, { of, weights = {} }]) =>
    of.map((model) => {
      const weight = (weights as Readonly<Record<string, number | undefined>>)[model] ?? 1;
      return [`model ${model}`, `pool ${pool} by ${weight}`] as const;
    }),
  );
}

/** Everybody whose limits there could be. */
function subjectsOf({ project = 'default' }: Options, models: Entries): readonly string[] {
  const owners = (per: 'provider' | 'key'): readonly string[] =>
    Object.values(models).flatMap((entry) => ownersIn(entry, per).map((name) => `${per} ${name}`));
  return [
    ...Object.keys(models).map((model) => `model ${model}`),
    ...owners('provider'),
    ...owners('key'),
    ...['all', 'every user', 'every tenant', `project ${project}`],
  ];
}

function ownedBy(options: Options, models: Entries): readonly Owned[] {
  const { limits = [], pools = {} } = options;
  return [
    ...Object.entries(models).map(([name, entry]): Owned => {
      return { per: 'model', owner: `model ${name}`, limits: entry.limits ?? [] };
    }),
    ...Object.entries(pools).map(([name, pool]): Owned => {
      return { per: 'pool', owner: `pool ${name}`, limits: pool.limits };
    }),
    ...limits.flatMap((limit) => ownersOf(limit, options, models)),
  ];
}

function ownersOf(
  { per, of, limits }: SharedLimit,
  { project = 'default' }: Options,
  models: Entries,
): readonly Owned[] {
  switch (per) {
    case 'all':
      return [{ per, owner: 'all', limits }];
    case 'project':
      return [{ per, owner: `project ${project}`, limits }];
    case 'user':
    case 'tenant': {
      const subject = `every ${per}`;
      return [{ per, owner: of === undefined ? subject : `${per} ${of}`, subject, limits }];
    }
    case 'provider':
    case 'key': {
      const values = new Set(Object.values(models).flatMap((entry) => ownersIn(entry, per)));
      return [...values]
        .filter((value) => of === undefined || of === value)
        .map((value) => ({ per, owner: `${per} ${value}`, limits }));
    }
  }
}
