import { builtInReply, defaultReply, withNeededCall } from './built-in.ts';
import { fillReply } from './fill-reply.ts';
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
    if (match === undefined) return { reply: withNeededCall(request, defaultReply) };
    match.left--;
    const { name, reply, matches } = match.rule;
    if (typeof reply === 'function') return { rule: name, reply: reply(request) };
    const found = matches === undefined ? null : matchOf(matches, request.lastText);
    return { rule: name, reply: found === null ? reply : fillReply(reply, found) };
  };
}

/** The same rules, where this holds of every reply that says nothing else of it. */
export function withReply(
  rules: (request: MockRequest) => RuledReply,
  every: MockReply,
): (request: MockRequest) => RuledReply {
  return (request) => {
    const { reply, ...ruled } = rules(request);
    return { ...ruled, reply: { ...every, ...reply } };
  };
}

function applies(rule: MockRule, request: MockRequest): boolean {
  return (
    namesModel(rule.model, request.model) &&
    (rule.matches === undefined || matchOf(rule.matches, request.lastText) !== null) &&
    (rule.when?.(request) ?? true)
  );
}

function namesModel(wanted: string | RegExp | undefined, model: string): boolean {
  if (wanted === undefined) return true;
  // `search` keeps no state, where `test` would with a pattern that is global.
  return typeof wanted === 'string' ? wanted === model : model.search(wanted) >= 0;
}

/** A pattern that is global or sticky would go on from where it was. */
function matchOf(pattern: RegExp, text: string): RegExpExecArray | null {
  pattern.lastIndex = 0;
  return pattern.exec(text);
}
