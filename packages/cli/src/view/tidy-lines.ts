import type { CostlyFinding, PracticeChange, TidiedPractices } from '@overseer/core';
import { workWords } from './practice-lines.ts';
import { count, oneLine } from './words.ts';

/** What was tidied in what was learned, or would be, for people: in a sentence, each change with its reason, and what costs most. */
export function tidyLines(
  { because, changes, costliest }: TidiedPractices,
  isDryRun: boolean,
): readonly string[] {
  const did = isDryRun ? 'Would do: ' : 'Done: ';
  const costs =
    costliest.length === 0
      ? []
      : ['', 'What costs most attempts, and lately:', ...costliest.map(costLine)];
  return [`${did}${because}.`, ...changes.map(changeLine), ...costs].map(oneLine);
}

function changeLine(change: PracticeChange): string {
  const { action, model, pattern, into, because } = change;
  const which = pattern === undefined ? '' : `: ${pattern}`;
  const where = into === undefined ? '' : ` → ${into}`;
  return `  ${action} ${model} at ${workWords(change)}${which}${where} (${because})`;
}

function costLine(finding: CostlyFinding): string {
  return `  ${count(finding.times)} × ${finding.pattern} (${finding.model} at ${workWords(finding)})`;
}
