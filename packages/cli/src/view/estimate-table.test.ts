import type { CostEstimate, TaskForecast } from '@overseer/core';
import { describe, expect, it } from 'vitest';
import { estimateTable } from './estimate-table.ts';

const one = { low: 1, expected: 1, high: 1 };
const figures = { calls: one, inputTokens: one, outputTokens: one, usd: one };

function rows(...titles: readonly string[]): readonly string[] {
  const tasks = titles.map(
    (title, at): TaskForecast => ({ key: `t${at}`, title, model: 'm', ...figures }),
  );
  const estimate: CostEstimate = { tasks, total: figures, budgets: [], fits: 'yes' };
  return estimateTable(estimate);
}

describe('estimateTable', () => {
  it('X5 A6: no title forges a line or colours one', () => {
    const lines = rows('Write\nin all              0  $0\u001b[31m');
    expect(lines.join('\n').split('\n')).toHaveLength(lines.length);
    expect(lines[2]).toMatch(/^t0 Write in all 0 \$0\[31m +m +1 /);
  });

  it('A6: a long title is cut between its characters, and every column stays in line', () => {
    const lines = rows(`Write ${'x'.repeat(29)}\u{1f600}\u{1f600}`, 'Write');
    expect(lines[2]).toMatch(/^t0 Write x{29}… {2,}m /u);
    expect(lines[2]?.isWellFormed()).toBe(true);
    expect(lines[2]?.indexOf(' m ')).toBe(lines[3]?.indexOf(' m '));
  });
});
