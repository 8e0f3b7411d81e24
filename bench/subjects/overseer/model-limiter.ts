import type { CallEstimate, LimitRule } from '@overseer/core/spec';
import { ModelLimits } from '../../../packages/core/src/limit/model-limits.ts';
import type { LimiterBench } from '../../harness/subject.ts';
import { limiterBench, type Used } from '../five-limits.ts';

const METRICS = { calls: 'calls', tokens: 'tokens', microUsd: 'usd' } as const;

/** The limits of one model, as the dispatcher asks and charges them. */
export async function modelLimiter(): Promise<LimiterBench> {
  return limiterBench((limits) => {
    const rules = limits.map(({ counts, capacity, windowMs }): LimitRule => {
      const amount = counts === 'microUsd' ? capacity / 1e6 : capacity;
      return { metric: METRICS[counts], capacity: amount, windowMs };
    });
    const model = new ModelLimits('m', rules, Number.MAX_SAFE_INTEGER);
    let calls = 0;
    return {
      start: (use, now) => {
        const estimate = estimateOf(use);
        const claim = { estimate, worst: estimate };
        if (model.admit(now, claim).kind !== 'run') return undefined;
        calls += 1;
        const call = `${calls}`;
        model.start(call, now, claim);
        return (used) => model.settle(call, estimateOf(used), now);
      },
      held: (now) => model.use(now).reduce((sum, { held }) => sum + held, 0),
    };
  });
}

function estimateOf({ tokens, microUsd }: Used): CallEstimate {
  return { inputTokens: tokens, outputTokens: 0, microUsd };
}
