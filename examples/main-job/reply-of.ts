import type { MockReply, MockRequest, MockRule } from '@overseer/adapters/mock-llm';
import { scenario } from './scenario.ts';

/** The rule that answers a request, as if no rule had been used up. */
export function ruleFor(asked: MockRequest): MockRule {
  const rule = scenario.rules.find(
    ({ model, when }) =>
      (model === undefined || model === asked.model) && (when === undefined || when(asked)),
  );
  if (rule === undefined) throw new Error('No rule answers this request.');
  return rule;
}

/** What the scenario says to a request, as if no rule had been used up. */
export function reply(asked: MockRequest): MockReply {
  const { reply: answer } = ruleFor(asked);
  return typeof answer === 'function' ? answer(asked) : answer;
}
