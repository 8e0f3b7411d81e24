import { abortRules } from './model-rules/aborts.ts';
import { answerRules } from './model-rules/answers.ts';
import { failureRules } from './model-rules/failures.ts';
import { longAnswerRules } from './model-rules/long-answers.ts';
import type { ModelConformanceOptions, ModelFeature } from './model-rules/options.ts';
import type { ModelRule } from './model-rules/rule.ts';
import { streamRules } from './model-rules/streams.ts';
import type { ConformanceRule } from './rule.ts';

/**
 * The rules of the `Model` contract, for any adapter against a server that plays the scenarios named in `create`. Each
 * rule makes its own model and real calls under `generate()`.
 */
export function modelConformance(options: ModelConformanceOptions): readonly ConformanceRule[] {
  const without = new Set(options.without);
  return ALL.filter((rule) => missingFor(rule, without).length === 0)
    .filter(({ unless }) => unless === undefined || without.has(unless))
    .map((rule) => ({ name: rule.name, check: () => runRule(rule, options) }));
}

/** A rule that a model is not held to, and what it would need for it. */
export interface LeftOutRule {
  readonly name: string;
  readonly needs: readonly ModelFeature[];
}

/** The rules that `modelConformance` leaves out for what a model is without, so that a test can say which and why. */
export function leftOutOfModelConformance(
  without: readonly ModelFeature[],
): readonly LeftOutRule[] {
  const lacking = new Set(without);
  return ALL.map((rule) => ({ name: rule.name, needs: missingFor(rule, lacking) })).filter(
    ({ needs }) => needs.length > 0,
  );
}

const ALL: readonly ModelRule[] = [
  ...answerRules,
  ...streamRules,
  ...longAnswerRules,
  ...failureRules,
  ...abortRules,
];

function missingFor(
  { needs = [] }: ModelRule,
  without: ReadonlySet<ModelFeature>,
): readonly ModelFeature[] {
  return [needs].flat().filter((feature) => without.has(feature));
}

async function runRule(rule: ModelRule, options: ModelConformanceOptions): Promise<void> {
  const model = options.create(rule.model);
  try {
    await rule.check(model, options);
  } finally {
    if (Symbol.dispose in model) (model as Disposable)[Symbol.dispose]();
  }
}
