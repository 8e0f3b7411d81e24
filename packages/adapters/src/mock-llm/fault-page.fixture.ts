import { canFail, FAULTS } from './fault-row.fixture.ts';
import { ROWS } from './fault-rows.fixture.ts';

/** The table of faults as the page about testing prints it. */
export function faultTable(): string {
  const lines = ROWS.map((row) => [
    row.dialect,
    row.client === 'none' ? '' : `\`${row.client}\``,
    row.ours === undefined ? '' : `\`${row.ours.name}\``,
    ...FAULTS.map((fault) => (canFail(row, fault) ? (row.ours?.cells[fault] ?? 'seen') : '')),
  ]);
  const head = ['dialect', 'seen by', 'our code', ...FAULTS.map((fault) => `\`${fault}\``)];
  return [head, head.map(() => '---'), ...lines].map(lineOf).join('\n');
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell || '–').join(' | ')} |`;
}
