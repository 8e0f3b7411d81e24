import type { MemberTerms } from './create-member.ts';
import { describeLimit } from './limit/describe-limit.ts';
import type { ModelTerms } from './spec/notice-events.ts';
import type { ModelEntry } from './spec/plugin.ts';

/** What holds for a model, as events tell it: limits in words, and nothing of its connection. */
export function modelTerms(entry: ModelEntry, { rules, price }: MemberTerms): ModelTerms {
  const { role, goodAt, fallback, concurrency, slowMs } = entry;
  return {
    ...(role === undefined ? {} : { role }),
    ...(goodAt === undefined ? {} : { goodAt }),
    ...(fallback === undefined ? {} : { fallback }),
    ...(rules.length === 0 ? {} : { limits: rules.map(describeLimit) }),
    ...(concurrency === undefined
      ? {}
      : { concurrency: typeof concurrency === 'number' ? concurrency : ('auto' as const) }),
    ...(price === undefined ? {} : { price }),
    ...(slowMs === undefined ? {} : { slowMs }),
  };
}
