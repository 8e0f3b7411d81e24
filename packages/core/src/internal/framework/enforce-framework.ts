import type { Framework, FrameworkReport, FrameworkRule } from '../../spec/index.ts';
import { keepsRule, type RuleFacts } from './framework-rule.ts';
import type { ComponentValue } from './framework-values.ts';

/** A component's share of the score; the source is the definition or, where that is silent, whether it is required. */
const requiredWeight = 1;
const otherWeight = 0.25;
/** A report keeps the start of what was sent, since the prompt itself holds the rest. */
const longestRecorded = 1_000;

/**
 * Checks a prompt's components before it is sent. The score is 100 · Σ w·p·(0.5 + 0.5·q) / Σ w over all components: w
 * the weight, p whether it is there, q the share of its rules that it keeps. A missing required component counts as the
 * failed rule `<component>.required`. A report passes when no rule of severity `error` failed and the score reaches
 * the definition's.
 */
export function enforceFramework(
  framework: Framework,
  values: readonly ComponentValue[],
  facts?: RuleFacts,
): FrameworkReport {
  const { id, version, scoring } = framework.definition;
  const rules = framework.definition.rules.filter((rule) => rule.on === 'prompt');
  const whole = () => sentText(values);
  const broken = rules.filter(
    (rule) => !keepsRule(rule.check, textFor(rule, values, whole), facts),
  );
  const missing = values.filter(({ component, text }) => component.required && text === '');
  const score = scoreOf(values, rules, broken);
  return {
    id,
    version,
    score,
    pass: missing.length === 0 && !broken.some(isError) && score >= scoring.pass,
    failed: [
      ...missing.map(({ component }) => `${component.id}.required: ${component.title} is missing`),
      ...broken.map((rule) => `${rule.id}: ${rule.message}`),
    ],
    components: Object.fromEntries(values.map(recorded)),
  };
}

/** What the response rules of a framework say of a reply; a framework without any passes every reply with 100. */
export function scoreReply(
  framework: Framework,
  reply: string,
): Pick<FrameworkReport, 'score' | 'pass' | 'failed'> {
  const rules = framework.definition.rules.filter((rule) => rule.on === 'response');
  const broken = rules.filter((rule) => !keepsRule(rule.check, reply));
  return {
    score: rules.length === 0 ? 100 : (100 * (rules.length - broken.length)) / rules.length,
    pass: !broken.some(isError),
    failed: broken.map((rule) => `${rule.id}: ${rule.message}`),
  };
}

function scoreOf(
  values: readonly ComponentValue[],
  rules: readonly FrameworkRule[],
  broken: readonly FrameworkRule[],
): number {
  let sum = 0;
  let weights = 0;
  for (const { component, text } of values) {
    const weight = component.weight ?? (component.required ? requiredWeight : otherWeight);
    weights += weight;
    if (text === '') continue;
    const own = countFor(rules, component.id);
    const quality = own === 0 ? 1 : 1 - countFor(broken, component.id) / own;
    sum += weight * (0.5 + 0.5 * quality);
  }
  return weights === 0 ? 100 : Math.round((1000 * sum) / weights) / 10;
}

function countFor(rules: readonly FrameworkRule[], component: string): number {
  let count = 0;
  for (const rule of rules) if (rule.component === component) count++;
  return count;
}

function isError(rule: FrameworkRule): boolean {
  return rule.severity === 'error';
}

function textFor(
  rule: FrameworkRule,
  values: readonly ComponentValue[],
  whole: () => string,
): string {
  if (rule.component === undefined) return whole();
  return values.find(({ component }) => component.id === rule.component)?.text ?? '';
}

function sentText(values: readonly ComponentValue[]): string {
  return values
    .filter(({ component }) => component.internal !== true)
    .map(({ text }) => text)
    .join('\n\n');
}

function recorded({ component, text }: ComponentValue): readonly [string, string] {
  const cut = component.internal !== true && text.length > longestRecorded;
  return [component.id, cut ? `${text.slice(0, longestRecorded)}…` : text];
}
