import type { EvalFigure } from '../harness/eval-work.ts';
import type { Row } from '../routing/rows.ts';
import { requestFor } from './question-prompt.ts';
import { historyUse } from './repeated-history.ts';
import { prefixUse, usdSavedBy } from './shared-prefix.ts';

/** The prompts of questions, asked one after the other: what a provider would keep of them, and what is told of refused answers. */
export function promptFigures(rows: readonly Row[]): readonly EvalFigure[] {
  const use = prefixUse(rows.map((row) => requestFor(row)));
  const { tokens, shared, cacheable } = use;
  const n = rows.length;
  const subject = 'prefix';
  const unit = '% of prompt tokens';
  return [
    { subject, metric: 'shared', unit, value: (100 * shared) / tokens, n },
    { subject, metric: 'cacheable', unit, value: (100 * cacheable) / tokens, n },
    { subject, metric: 'usdSaved', unit: '% of input', value: usdSavedBy(use), n },
    ...historyFigures(rows),
  ];
}

function historyFigures(rows: readonly Row[]): readonly EvalFigure[] {
  const refused = rows.flatMap(({ weakResponse, strongResponse }) =>
    weakResponse === undefined || strongResponse === undefined
      ? []
      : [historyUse([weakResponse, strongResponse])],
  );
  if (refused.length === 0) return [];
  const total = (part: 'tokens' | 'whole'): number =>
    refused.reduce((sum, one) => sum + one[part], 0);
  return [
    {
      subject: 'history',
      metric: 'tokensSaved',
      unit: '% of what is told of refused answers',
      value: 100 * (1 - total('tokens') / total('whole')),
      n: refused.length,
    },
  ];
}
