import { checkLimitPrice } from './check-prices.ts';
import { rulesOf } from './create-limits.ts';
import { LearnedLimits } from './limit/learned-limits.ts';
import { ModelLimits } from './limit/model-limits.ts';
import type { SharedLimits } from './limit/shared-limits.ts';
import { type Member, versionOf } from './route/member.ts';
import type { ModelEntry } from './spec/plugin.ts';

/** A member of a team with fresh limits. Throws `ConfigError` for limits that are wrong. */
export function createMember(
  name: string,
  entry: ModelEntry,
  order: number,
  shared: SharedLimits,
): Member {
  const { rules, price, max, learned } = termsOf(name, entry);
  const limits = new ModelLimits(name, rules, max, learned, shared);
  limits.setKeys(entry.model.info.keyNames ?? []);
  return memberOf(name, entry, { price, learned, limits, order });
}

/** What the entry of a model says of its limits and its price. */
export interface MemberTerms {
  readonly rules: ReturnType<typeof rulesOf>;
  readonly price: Member['price'];
  /** The most calls at once. */
  readonly max: number;
  readonly learned: LearnedLimits;
}

/** What the limits of an entry come to. Throws `ConfigError` for limits that are wrong. */
export function termsOf(name: string, entry: ModelEntry): MemberTerms {
  const rules = rulesOf(`model ${name}`, entry.limits);
  const price = entry.price ?? entry.model.info.price;
  const { max, learns } = concurrencyOf(
    entry.concurrency ?? entry.model.info.atOnce ?? mostAtOnce(rules),
  );
  checkLimitPrice({ name, model: entry.model, price }, rules);
  const learned = new LearnedLimits(name, learns ? max : undefined);
  return { rules, price, max, learned };
}

/** A member as its entry has it, with limits that are there. */
export function memberOf(
  name: string,
  entry: ModelEntry,
  kept: Pick<Member, 'price' | 'learned' | 'limits' | 'order'>,
): Member {
  return {
    name,
    model: entry.model,
    version: versionOf(entry.model),
    role: entry.role,
    goodAt: entry.goodAt ?? [],
    fallback: entry.fallback ?? [],
    price: kept.price,
    grants: entry.grants ?? [],
    slowMs: entry.slowMs,
    ...(entry.workers === true ? { remote: true } : {}),
    learned: kept.learned,
    limits: kept.limits,
    entry,
    order: kept.order,
  };
}

/** The most calls at once that limits ever allow; `undefined` where they say nothing of it. */
function mostAtOnce(rules: MemberTerms['rules']): number | undefined {
  const said = rules.flatMap((rule) =>
    'metric' in rule && rule.metric === 'concurrency'
      ? [rule.capacity, ...(rule.schedule ?? []).map(({ capacity }) => capacity)]
      : [],
  );
  return said.length === 0 ? undefined : Math.max(...said);
}

/** The most calls at once, and whether fewer may be learned. */
function concurrencyOf(concurrency: ModelEntry['concurrency'] = 4): {
  readonly max: number;
  readonly learns: boolean;
} {
  if (typeof concurrency === 'number') return { max: concurrency, learns: false };
  return { max: (concurrency === 'auto' ? undefined : concurrency.max) ?? 32, learns: true };
}
