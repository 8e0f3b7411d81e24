import type { CallEstimate, LimitRule } from '@overseer/core/spec';
import { ModelLimits } from '../../../packages/core/src/limit/model-limits.ts';
import type { Limiter, LimiterSetting, Used } from '../../harness/subject.ts';

const METRICS = { calls: 'calls', tokens: 'tokens', microUsd: 'usd' } as const;

/** The limits of one model, as the dispatcher asks and charges them. */
export async function modelLimiter({ limits, now }: LimiterSetting): Promise<Limiter> {
  const rules = limits.map(({ counts, capacity, windowMs }): LimitRule => {
    const amount = counts === 'microUsd' ? capacity / 1e6 : capacity;
    return { metric: METRICS[counts], capacity: amount, windowMs };
  });
  const model = new ModelLimits('m', rules, Number.MAX_SAFE_INTEGER);
  let calls = 0;
  return {
    start: (use) => {
      const at = now();
      const estimate = estimateOf(use);
      const claim = { estimate, worst: estimate };
      if (model.admit(at, claim).kind !== 'run') return undefined;
      calls += 1;
      const call = `${calls}`;
      model.start(call, at, claim);
      return (used) => model.settle(call, estimateOf(used), now());
    },
    held: () => model.use(now()).reduce((sum, { held }) => sum + held, 0),
    [Symbol.asyncDispose]: async () => {},
  };
}

function estimateOf({ tokens, microUsd }: Used): CallEstimate {
  return { inputTokens: tokens, outputTokens: 0, microUsd };
}
