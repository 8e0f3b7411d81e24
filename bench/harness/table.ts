import type { ResultLine } from './samples.ts';

/** Lays lines out for people: one row a subject and metric, its ratios beside it. */
export function table(lines: readonly ResultLine[]): string {
  const quoted = new Set(lines.flatMap(({ metric }) => referenceOf(metric) ?? []));
  const references = [...quoted].sort((a, b) => Number(b === 'floor') - Number(a === 'floor'));
  const head = [
    'metric',
    'subject',
    'median',
    'min .. max',
    ...references.map((one) => `× ${one}`),
  ];
  const rows = lines
    .filter(({ metric }) => referenceOf(metric) === undefined)
    .map((line) => [
      `${line.metric} (${line.unit})`,
      line.subject,
      figure(line.median),
      `${figure(line.min)} .. ${figure(line.max)}`,
      ...references.map((one) => ratioOf(lines, line, one)),
    ]);
  return aligned([head, ...rows]);
}

/** Pads the cells of each column to one width. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A number with about three digits that matter. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(size >= 1 ? 2 : 3);
}

function ratioOf(lines: readonly ResultLine[], line: ResultLine, reference: string): string {
  const metric = `${line.metric}/${reference}`;
  const ratio = lines.find((one) => one.metric === metric && one.subject === line.subject);
  return ratio === undefined ? '' : figure(ratio.median);
}

/** `floor` of `cpuUs/floor`, `undefined` for a metric that is no ratio; names of peers hold slashes themselves. */
function referenceOf(metric: string): string | undefined {
  const slash = metric.indexOf('/');
  return slash === -1 ? undefined : metric.slice(slash + 1);
}
