import { readFlags } from '../scripts/command-line/read-flags.ts';
import { exitCode, progress } from './harness/command.ts';
import type { EvalFigure, EvalReport, EvalWork } from './harness/eval-work.ts';
import { loadWork, namesIn } from './harness/registry.ts';
import { aligned, figure } from './harness/table.ts';

const HELP = `npm run evals -- NAME [--data PATH] [--json] [--help]

Measures how good something is on data: ${namesIn('evals').join(', ')}.
Exits 1 when a figure misses its bar.
  --data  the data, a folder or a file, in place of the work's own
  --json  one object a line: { work, subject, metric, unit, median, min, max, n }, with atLeast or atMost where there is a bar
`;

const { positionals, values } = readFlags({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else process.exitCode = await exitCode(() => evaluate(positionals[0]));

async function evaluate(name: string | undefined): Promise<number> {
  const work = await loadWork<EvalWork>('evals', name);
  const report = await work.evaluate({ data: values.data, progress });
  for (const note of report.notes) progress(note);
  process.stdout.write(
    values.json
      ? asJson(String(name), report)
      : `${name}: ${work.summary}\n\n${asText(report.figures)}\n`,
  );
  return report.figures.every(reached) ? 0 : 1;
}

function asJson(work: string, { figures }: EvalReport): string {
  return figures
    .map(({ subject = 'overseer', metric, unit, value, atLeast, atMost, n }) => {
      const line = { work, subject, metric, unit, median: value, min: value, max: value, n };
      const bars = {
        ...(atLeast !== undefined && { atLeast }),
        ...(atMost !== undefined && { atMost }),
      };
      return `${JSON.stringify({ ...line, ...bars })}\n`;
    })
    .join('');
}

function asText(figures: readonly EvalFigure[]): string {
  const rows = figures.map((one) => [
    one.subject ?? 'overseer',
    `${one.metric} (${one.unit})`,
    figure(one.value),
    barOf(one),
    reached(one) ? '' : 'misses its bar',
    String(one.n),
  ]);
  return aligned([['subject', 'metric', 'value', 'bar', '', 'n'], ...rows]);
}

function barOf({ atLeast, atMost }: EvalFigure): string {
  if (atLeast !== undefined) return `≥ ${figure(atLeast)}`;
  return atMost === undefined ? '' : `≤ ${figure(atMost)}`;
}

/** A figure that is not a number reaches no bar. */
function reached({ value, atLeast, atMost }: EvalFigure): boolean {
  return (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
}
