import { readFlags } from '../scripts/command-line/read-flags.ts';
import { exitCode, progress, wholeNumber } from './harness/command.ts';
import type { FaultReport, FaultWork } from './harness/fault-work.ts';
import { seeded } from './harness/random.ts';
import { loadWork, namesIn } from './harness/registry.ts';
import { type ResultLine, resultLine } from './harness/samples.ts';
import { scratch } from './harness/scratch.ts';
import { table } from './harness/table.ts';

const HELP = `npm run faults -- NAME [--seed N] [--trials N] [--json] [--help]
  kill counts --kills N in place of --trials, simulate counts --seeds N

Breaks something on purpose and checks that every promise held: ${namesIn('faults').join(', ')}.
The same seed repeats the same choices. Exits 1 when a promise was broken.
  --help  with a NAME, what that breaks and checks
  --json  one object a line: { work, subject, metric, unit, median, min, max, n },
          and a last one: { work, seed, trials, violations, … }
`;

const { positionals, values } = readFlags({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    trials: { type: 'string' },
    kills: { type: 'string' },
    seeds: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.exitCode = await exitCode(() => help(positionals[0]));
else process.exitCode = await exitCode(() => faults(positionals[0]));

async function help(name: string | undefined): Promise<number> {
  const work = name === undefined ? undefined : await loadWork<FaultWork>('faults', name);
  const about = work === undefined ? '' : `\n${name}: ${work.summary}\n${work.about ?? ''}\n`;
  process.stdout.write(`${HELP}${about}`);
  return 0;
}

/** How often the work is to try, by the option that it calls its own. */
function trialsOf(name: string, { counted = 'trials', trials }: FaultWork): number {
  for (const flag of ['trials', 'kills', 'seeds'] as const) {
    if (flag !== counted && values[flag] !== undefined) {
      throw new Error(`${name} counts ${counted}: give --${counted}, not --${flag}.`);
    }
  }
  return wholeNumber(counted, values[counted] ?? String(trials));
}

async function faults(name: string | undefined): Promise<number> {
  const work = await loadWork<FaultWork>('faults', name);
  const seed = wholeNumber('seed', values.seed ?? String(Date.now() % 1_000_000));
  const trials = trialsOf(String(name), work);
  await using place = await scratch(String(name));
  const report = await work.run({
    random: seeded(seed),
    trials,
    folder: place.folder,
    progress,
  });
  const text = values.json
    ? asJson(String(name), seed, report)
    : asText(String(name), seed, report);
  process.stdout.write(text);
  for (const violation of report.violations) progress(violation);
  return report.violations.length === 0 ? 0 : 1;
}

function asText(name: string, seed: number, report: FaultReport): string {
  const counts = Object.entries(report.counts).map(([what, count]) => `${what} ${count}`);
  const end = [`trials ${report.trials}`, `violations ${report.violations.length}`, ...counts];
  return `${name} (seed ${seed})\n\n${table(linesOf(name, report))}\n\n${[end.join(', '), report.conclusion].filter((line) => line !== undefined).join('\n')}\n`;
}

function asJson(name: string, seed: number, report: FaultReport): string {
  const { trials, violations, counts, conclusion } = report;
  const last = { work: name, seed, trials, violations: violations.length, ...counts, conclusion };
  return [...linesOf(name, report), last].map((line) => `${JSON.stringify(line)}\n`).join('');
}

function linesOf(work: string, { samples }: FaultReport): readonly ResultLine[] {
  return Object.entries(samples)
    .filter(([, { values: found }]) => found.length > 0)
    .map(([metric, { unit, values: found }]) =>
      resultLine({ work, subject: 'overseer', metric, unit }, found),
    );
}
