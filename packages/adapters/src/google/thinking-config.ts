import type { Effort, JsonObject, ModelWarning } from '@overseer/core/spec';
import { wantsSignatures } from './google-turns.ts';

/**
 * How a model is told to think, and to show it: by a level from the third generation on, by a number of tokens in 2.5; of
 * other models nothing is asked unless the host says how hard. `undefined` where nothing is to be told.
 */
export function thinkingConfig(
  model: string,
  effort: Effort | undefined,
  warnings: ModelWarning[],
): JsonObject | undefined {
  const isBudgeted = /(^|\/)gemini-2\.5/.test(model);
  const thinks = isBudgeted || wantsSignatures(model);
  if (effort === undefined) return thinks ? { includeThoughts: true } : undefined;
  const adjust = (sent: string): void => {
    const detail = `${effort} is sent as ${sent}`;
    warnings.push({ kind: 'adjusted', what: 'effort', detail });
  };
  if (isBudgeted) {
    const most = model.includes('pro') ? MOST_OF_PRO : MOST_OF_FLASH;
    const least = model.includes('pro') ? LEAST_OF_PRO : 0;
    const thinkingBudget = Math.max(least, Math.min(most, BUDGETS[effort]));
    adjust(`a budget of ${thinkingBudget} tokens`);
    return thinkingBudget === 0 ? { thinkingBudget } : { includeThoughts: true, thinkingBudget };
  }
  const thinkingLevel = LEVELS[effort];
  if (thinkingLevel.toLowerCase() !== effort) adjust(thinkingLevel);
  return { includeThoughts: true, thinkingLevel };
}

const LEAST_OF_PRO = 128;
const MOST_OF_PRO = 32_768;
const MOST_OF_FLASH = 24_576;

/** Tokens; between what the models take at least and at most. */
const BUDGETS: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 512,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 32_768,
};

/** No model of the third generation can be told not to think at all. */
const LEVELS: Readonly<Record<Effort, string>> = {
  none: 'MINIMAL',
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'XHIGH',
  max: 'XHIGH',
};
