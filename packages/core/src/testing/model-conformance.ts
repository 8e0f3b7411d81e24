import { abortRules } from './model-rules/aborts.ts';
import { answerRules } from './model-rules/answers.ts';
import { failureRules } from './model-rules/failures.ts';
import type { ModelConformanceOptions } from './model-rules/options.ts';
import type { ModelRule } from './model-rules/rule.ts';
import { streamRules } from './model-rules/streams.ts';
import type { ConformanceRule } from './rule.ts';

/**
 * The rules of the `Model` contract, for any adapter against a server that plays the scenarios named in `create`. Each
 * rule makes its own model and real calls under `generate()`.
 */
export function modelConformance(options: ModelConformanceOptions): readonly ConformanceRule[] {
  const without = new Set(options.without);
  const rules = [...answerRules, ...streamRules, ...failureRules, ...abortRules];
  return rules
    .filter(({ needs }) => needs === undefined || !without.has(needs))
    .filter(({ unless }) => unless === undefined || without.has(unless))
    .map((rule) => ({ name: rule.name, check: () => runRule(rule, options) }));
}

async function runRule(rule: ModelRule, options: ModelConformanceOptions): Promise<void> {
  const model = options.create(rule.model);
  try {
    await rule.check(model, options);
  } finally {
    if (Symbol.dispose in model) (model as Disposable)[Symbol.dispose]();
  }
}
