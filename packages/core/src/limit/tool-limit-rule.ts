import { ConfigError } from '../errors/config-error.ts';
import type { GaugeRule, Limit, LimitRule } from '../spec/limit.ts';
import { unitsOf } from './create-window.ts';
import { describeUsd } from './describe-limit.ts';
import { type LimitToken, readLimit } from './limit-tokens.ts';
import { isGauge, normaliseLimit } from './parse-limit.ts';

/** What a limit of tools is checked against: a name, and what one call of it costs in US dollars where that is known. */
export interface CostedTool {
  readonly name: string;
  readonly cost: number | undefined;
}

/**
 * A limit of tools as data, checked: they are counted in calls, dollars and calls at once. Throws `ConfigError`
 * (`config.limit`) that points at the column, or names the field.
 */
export function toolLimitRule(limit: Limit, tools: readonly CostedTool[]): LimitRule {
  const rule = normaliseLimit(limit);
  const problem = problemOf(rule, tools);
  if (problem === undefined) {
    if (!isGauge(rule)) return rule;
  } else if (typeof limit === 'string') {
    throw pointAt(limit, problem);
  }
  throw new ConfigError(
    'config.limit',
    `The limit ${JSON.stringify(limit)} is wrong in ${problem?.field}: ${problem?.message}`,
  );
}

interface Problem {
  readonly field: 'gauge' | 'metric' | 'capacity' | 'soft';
  readonly message: string;
}

function problemOf(rule: LimitRule | GaugeRule, tools: readonly CostedTool[]): Problem | undefined {
  if (isGauge(rule)) {
    const message = 'a gauge holds up models and no tools; give calls, dollars or calls at once';
    return { field: 'gauge', message };
  }
  const { metric, soft } = rule;
  if (metric === 'usd') return softProblem(soft) ?? costProblem(rule, tools);
  if (metric !== 'calls' && metric !== 'concurrency') {
    const message = 'a tool uses no tokens; give calls, dollars or calls at once';
    return { field: 'metric', message };
  }
  return softProblem(soft);
}

function softProblem(soft: boolean | undefined): Problem | undefined {
  if (soft !== true) return undefined;
  return { field: 'soft', message: 'what a tool uses is known before it is called; leave it out' };
}

function costProblem(rule: LimitRule, tools: readonly CostedTool[]): Problem | undefined {
  const free = tools.find(({ cost }) => cost === undefined);
  if (free !== undefined) {
    const message = `nobody can count dollars of ${free.name}, which states no cost; give it one, or limit its calls`;
    return { field: 'metric', message };
  }
  const most = Math.max(rule.capacity, ...(rule.schedule ?? []).map(({ capacity }) => capacity));
  const dear = tools.find(({ cost = 0 }) => unitsOf('usd', cost) > unitsOf('usd', most));
  if (dear === undefined) return undefined;
  const message = `one call of ${dear.name} costs ${describeUsd(dear.cost ?? 0)}, more than this ever allows`;
  return { field: 'capacity', message };
}

function pointAt(text: string, { field, message }: Problem): ConfigError {
  const reader = readLimit(text);
  const isIt = (token: LimitToken): boolean => {
    const word = token.text.toLowerCase();
    if (field === 'soft') return word === 'soft';
    if (field === 'capacity') return token.kind === 'number';
    // The letter behind an amount belongs to it.
    return word === '$' || (token.kind === 'word' && !['k', 'm'].includes(word));
  };
  let token = reader.next();
  while (token.kind !== 'end' && !isIt(token)) token = reader.next();
  return reader.wrong(token, message);
}
