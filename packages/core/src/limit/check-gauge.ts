import type { GaugeRule } from '../spec/limit.ts';
import { formProblem, shownValue, unknownField } from './limit-forms.ts';

/** What is wrong with a limit on a gauge, and in which of its fields. */
export interface GaugeProblem {
  readonly field: keyof GaugeRule;
  readonly message: string;
}

/** What is wrong with a limit on a gauge; `undefined` when it can be kept. */
export function checkGauge(rule: GaugeRule): GaugeProblem | undefined {
  const unknown = unknownField(rule, 'gauge') as keyof GaugeRule | undefined;
  if (unknown !== undefined) {
    return { field: unknown, message: formProblem(rule, 'gauge') ?? '' };
  }
  const { gauge, below, resume } = rule;
  if (typeof gauge !== 'string' || !/^[a-z][\w-]{0,63}$/i.test(gauge)) {
    return { field: 'gauge', message: 'expected a name such as cpu or memory' };
  }
  const odd = (['below', 'resume'] as const).find((field) => isOdd(rule[field]));
  if (odd !== undefined) {
    return { field: odd, message: `expected a number, and not ${shownValue(rule[odd])}` };
  }
  if (!(below > 0)) {
    return { field: 'below', message: 'a gauge never reads less than 0 %, so no call could start' };
  }
  if (below > 1) {
    return {
      field: 'below',
      message: 'a gauge reads at most 100 % (1 as a number), so this would never hold a call back',
    };
  }
  if (resume === undefined) return undefined;
  if (!(resume > 0)) {
    return {
      field: 'resume',
      message: 'a gauge may never read so little, and calls would wait for ever',
    };
  }
  if (resume > below) {
    return {
      field: 'resume',
      message: 'calls cannot start again above the point at which they are stopped; give less',
    };
  }
  return undefined;
}

function isOdd(value: unknown): boolean {
  return value !== undefined && (typeof value !== 'number' || Number.isNaN(value));
}
