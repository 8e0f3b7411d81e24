import { builtInReply, defaultReply } from './built-in.ts';
import type { MockReply } from './mock-reply.ts';
import type { MockRequest } from './mock-request.ts';
import type { MockRule, MockScenario } from './scenario.ts';

/** What is said to a request, and by which rule. */
export interface RuledReply {
  readonly reply: MockReply;
  readonly rule?: string;
}

/** Answers requests by a scenario's rules (without one, by what is built in), counting the `times` of each. */
export function createRules(
  scenario: MockScenario | undefined,
): (request: MockRequest) => RuledReply {
  if (scenario === undefined) return (request) => ({ reply: builtInReply(request) });
  const rules = scenario.rules.map((rule) => ({ rule, left: rule.times ?? Infinity }));
  return (request) => {
    const match = rules.find(({ rule, left }) => left > 0 && applies(rule, request));
    if (match === undefined) return { reply: defaultReply };
    match.left--;
    const { name, reply } = match.rule;
    return { rule: name, reply: typeof reply === 'function' ? reply(request) : reply };
  };
}

function applies(rule: MockRule, request: MockRequest): boolean {
  return namesModel(rule.model, request.model) && (rule.when?.(request) ?? true);
}

function namesModel(wanted: string | RegExp | undefined, model: string): boolean {
  if (wanted === undefined) return true;
  // `search` keeps no state, where `test` would with a pattern that is global.
  return typeof wanted === 'string' ? wanted === model : model.search(wanted) >= 0;
}
